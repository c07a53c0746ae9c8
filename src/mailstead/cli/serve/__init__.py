"""`mailstead serve`: console, API and worker in one process."""

from .command import register

__all__ = ["register"]
