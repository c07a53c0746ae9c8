"""Disks of Hyper-V's machines: change tracking by cmdlets, VHDX files through the host's share."""
