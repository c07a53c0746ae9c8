"""Disks of libvirt's machines: what changed by checkpoints and dirty bitmaps, read over NBD; and disks brought back.

`holding.py` has the driver of `ChangedBlocks`. Decision 0205.
"""
