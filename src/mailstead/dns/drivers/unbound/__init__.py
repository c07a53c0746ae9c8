"""Unbound as the platform's validating resolver."""

from .config import UnboundSettings
from .daemon import UnboundDaemon
from .resolver import UnboundResolver

__all__ = ["UnboundDaemon", "UnboundResolver", "UnboundSettings"]
