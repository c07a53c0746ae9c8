"""Whether the world is as the database says."""

from .page import PAGES

__all__ = ["PAGES"]
