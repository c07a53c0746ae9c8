"""The engine for real work: DBOS Transact on SQLite, or on PostgreSQL with several workers."""

from .engine import DbosEngine

__all__ = ["DbosEngine"]
