"""QEMU machines through libvirt: `machines.py` has the driver, `domain_xml.py` the pure building and reading."""
