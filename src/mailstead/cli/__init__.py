"""The same functions in a terminal, one file a subject. Commands parse, call one function, and show."""

from .app import main

__all__ = ["main"]
