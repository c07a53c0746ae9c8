"""Knot DNS as the embedded name server: its configuration, its process, its zones."""

from .config import KnotSettings
from .daemon import KnotDaemon
from .zones import KnotZones, knot_name_server

__all__ = ["KnotDaemon", "KnotSettings", "KnotZones", "knot_name_server"]
