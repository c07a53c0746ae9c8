"""A tenant's aliases."""

from .page import PAGES

__all__ = ["PAGES"]
