"""The second factor given anew, before something grave."""

from .page import PAGES

__all__ = ["PAGES"]
