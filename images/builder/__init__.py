"""How the guest appliance becomes files that a hypervisor boots. Standard library only: it runs before anything is
installed, under Debian's own python3."""
