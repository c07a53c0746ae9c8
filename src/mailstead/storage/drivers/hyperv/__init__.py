"""Disks as VHDX files, or whole disks of the host, on Hyper-V; see docs/formats/hyperv.md."""

from .volumes import HyperVVolumes

__all__ = ["HyperVVolumes"]
