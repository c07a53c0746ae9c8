"""Backups: what changed on a tenant's disks, kept deduplicated and encrypted, and read again from any moment.

`store/` is the store itself, on any `Target`; `plan.py` says which snapshots are kept. docs/formats/backup-store.md.
"""
