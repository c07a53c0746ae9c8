"""Enums of Microsoft.HyperV.PowerShell and Microsoft.Vhd.PowerShell; their values do not travel, their names do."""

from enum import auto

from tests.standin.objects import Choice


class VMState(Choice):
    Off = auto()
    Running = auto()
    Paused = auto()
    PausedCritical = auto()
    Saved = auto()


class VMHeartbeat(Choice):
    Disabled = auto()
    OkApplicationsHealthy = auto()


class VlanMode(Choice):
    Untagged = auto()
    Access = auto()


class VhdType(Choice):
    Fixed = auto()
    Dynamic = auto()
    Differencing = auto()
