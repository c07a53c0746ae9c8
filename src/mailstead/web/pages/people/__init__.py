"""People with accounts, and what they prove themselves with."""

from .page import PAGES

__all__ = ["PAGES"]
