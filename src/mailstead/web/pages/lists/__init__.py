"""A tenant's distribution lists."""

from .page import PAGES

__all__ = ["PAGES"]
