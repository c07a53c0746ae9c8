"""A tenant's mail domains, seen from inside and outside."""

from .page import PAGES

__all__ = ["PAGES"]
