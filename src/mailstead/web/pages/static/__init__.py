"""Style sheet, scripts, icon."""

from .page import PAGES

__all__ = ["PAGES"]
