"""Backups: of all tenants at a glance, and of one, with what can be done to them."""

from .files import FILES
from .page import PAGES as OWN

PAGES = (*OWN, *FILES)

__all__ = ["PAGES"]
