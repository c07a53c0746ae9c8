"""Backups as orders: when they are due, made, kept, checked, tried out, and brought back.

`backup/` knows disks and stores, not tenants' lives; here both come together. docs/backup.md.
"""
