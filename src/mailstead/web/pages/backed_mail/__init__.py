"""Mails in a tenant's backups: found, read as plain text, given back, or taken along as a file."""

from .page import PAGES

__all__ = ["PAGES"]
