"""Single mails and files out of a disk that nobody mounts: file systems, mailboxes, search, and the way back.

`disks/` finds the file systems on a disk, `drivers/` read them, `mailboxes/` knows how mail
servers lay their mail into files. Nothing here writes to a disk; a mail comes back through a `Receiver`.
"""
