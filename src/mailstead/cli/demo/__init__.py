"""mailstead demo: two tenants, one mail between them, and proof that nothing else passes."""

from .command import register

__all__ = ["register"]
