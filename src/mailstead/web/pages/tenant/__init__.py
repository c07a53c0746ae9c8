"""One tenant: an overview, and its standing."""

from .page import PAGES

__all__ = ["PAGES"]
