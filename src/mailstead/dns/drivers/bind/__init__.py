"""BIND 9 as the name server, for those who run it already, and as the second witness of the contract suite."""

from .config import BindSettings
from .daemon import BindDaemon
from .zones import BindZones, bind_name_server

__all__ = ["BindDaemon", "BindSettings", "BindZones", "bind_name_server"]
