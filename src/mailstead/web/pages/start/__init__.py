"""The first page: what needs attention."""

from .page import PAGES

__all__ = ["PAGES"]
