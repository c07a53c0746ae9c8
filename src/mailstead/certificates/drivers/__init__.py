"""Issuers: the built-in authority, ACME, and one in memory."""
