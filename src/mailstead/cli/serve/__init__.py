"""`mailstead serve`: console, API and worker in one process."""

from .command import serve

__all__ = ["serve"]
