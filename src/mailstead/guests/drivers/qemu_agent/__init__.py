"""The QEMU guest agent: JSON lines through a virtio serial port, by libvirt or by a plain socket."""

from .by_libvirt import LibvirtTransport
from .by_socket import SocketTransport
from .channel import QemuAgent

__all__ = ["LibvirtTransport", "QemuAgent", "SocketTransport"]
