"""Who did what."""

from .page import PAGES

__all__ = ["PAGES"]
