"""A tenant's machine: how it fares, and its size."""

from .page import PAGES

__all__ = ["PAGES"]
