"""Search over everything one may see."""

from .page import PAGES

__all__ = ["PAGES"]
