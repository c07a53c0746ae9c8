"""A new tenant: the plan first, then the order."""

from .page import PAGES

__all__ = ["PAGES"]
