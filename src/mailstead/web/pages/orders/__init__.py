"""Orders and how they go, live."""

from .page import PAGES

__all__ = ["PAGES"]
