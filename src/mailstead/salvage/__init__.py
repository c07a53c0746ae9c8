"""Single mails, folders, mailboxes and files out of a tenant's backups, looked at and given back.

`backup/` knows stores and disks, `items/` knows what lies on a disk; here both come together. Nothing here writes to
a backup, and no machine is restored for it. docs/salvage.md.
"""
