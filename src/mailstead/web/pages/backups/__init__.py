"""Backups: of all tenants at a glance, and of one, with what can be done to them."""

from .page import PAGES

__all__ = ["PAGES"]
