"""Exchange in a tenant's Windows machine: so far, mailboxes out of the database of an older disk that is lent to it.

Here: the disk shown in a folder, the database brought into a clean state and mounted as a recovery database, folders
copied into a mailbox, and all of it taken away again. Not here: where the disk comes from (backup), how it comes to
the machine (hypervisors), in which order that happens (salvage). docs/exchange.md.
"""
