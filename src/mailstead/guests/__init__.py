"""The guest channel: files and programs inside a tenant's machine, without using the tenant's network.

Here: reading, writing, unpacking and running, through the QEMU guest agent or in memory. Not here: what is
written or run (mailservers), whether a machine has power (hypervisors), the image it booted from (images/).
"""
