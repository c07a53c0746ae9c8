"""One's own account: how one proves oneself, where one is signed in, keys for programs."""

from .page import PAGES

__all__ = ["PAGES"]
