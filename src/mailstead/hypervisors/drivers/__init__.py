"""Hypervisors: in memory, and QEMU through libvirt."""
