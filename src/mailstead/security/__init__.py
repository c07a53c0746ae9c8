"""Secrets: what they are in memory, how they lie on disk, how passwords are made, judged and hashed.

Not here: certificates (a chapter of their own), and what a secret is for.
"""
