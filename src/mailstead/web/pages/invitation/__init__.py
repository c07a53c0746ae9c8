"""Where one-time links lead: somebody chooses their password."""

from .page import PAGES

__all__ = ["PAGES"]
