"""Open vSwitch with nftables. Building and reading is pure; `switch.py` alone sends."""

from .commands import Commands
from .daemons import ensure_running
from .switch import OpenVSwitch

__all__ = ["Commands", "OpenVSwitch", "ensure_running"]
