"""Machines: the virtual machine of each tenant on one host.

Here: its shape (processors, memory, disks, network card, kernel), power, change of size while it runs, what it
uses, and what room the host has. Not here: making the disks (storage), the switch behind the card (networks),
talking into the guest (guests).
"""
