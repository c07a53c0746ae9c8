"""Signing in by an identity that somebody has elsewhere: there, back, and linked to one's account."""

from .page import PAGES

__all__ = ["PAGES"]
