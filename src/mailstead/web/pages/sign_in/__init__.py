"""Signing in: passkey alone, or password and then a second factor."""

from .page import PAGES

__all__ = ["PAGES"]
