"""Segments as ports of a Hyper-V switch: VLAN, guards and extended access lists; see docs/formats/hyperv.md."""

from .switch import HyperVSwitch

__all__ = ["HyperVSwitch"]
