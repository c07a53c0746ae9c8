"""A tenant's mailboxes: one by one, what each does with its mail, and many from a CSV file."""

from .page import PAGES as _ONE_BY_ONE
from .rules import RULES

PAGES = (*_ONE_BY_ONE, *RULES)

__all__ = ["PAGES"]
