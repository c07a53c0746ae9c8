"""The deterministic engine, for trial runs and simulation."""

from .course import Crashed, Moment
from .engine import MemoryEngine
from .journal import Journal

__all__ = ["Crashed", "Journal", "MemoryEngine", "Moment"]
