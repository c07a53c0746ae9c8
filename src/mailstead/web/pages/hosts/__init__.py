"""The platform's hosts and what room they have."""

from .page import PAGES

__all__ = ["PAGES"]
