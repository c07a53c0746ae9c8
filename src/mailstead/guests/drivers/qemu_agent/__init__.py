"""The QEMU guest agent: JSON lines through a virtio serial port, by libvirt or a plain socket, or through SSH."""

from .by_libvirt import LibvirtTransport
from .by_socket import SocketTransport
from .by_ssh import Callee, SshTransport
from .channel import QemuAgent

__all__ = ["Callee", "LibvirtTransport", "QemuAgent", "SocketTransport", "SshTransport"]
