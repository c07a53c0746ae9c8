"""How somebody likes the console, and what the platform is set to."""

from .page import PAGES

__all__ = ["PAGES"]
