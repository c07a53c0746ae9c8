"""A tenant's mailboxes: one by one, and many from a CSV file."""

from .page import PAGES

__all__ = ["PAGES"]
