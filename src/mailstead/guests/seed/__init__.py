"""The seed disk: how a machine without a virtio channel learns where, and by whom, it may be called.

See docs/formats/seed.md. Here: what a seed says, its files, and the disk as bytes. Not here: the call itself (drivers),
bringing the disk to a host (placing), attaching it (hypervisors).
"""
