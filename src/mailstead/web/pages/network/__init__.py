"""A tenant's network, drawn."""

from .page import PAGES

__all__ = ["PAGES"]
