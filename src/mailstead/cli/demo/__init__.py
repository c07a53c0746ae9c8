"""mailstead demo: two tenants, one mail between them, and proof that nothing else passes."""

from .command import demo

__all__ = ["demo"]
