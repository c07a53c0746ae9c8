"""Segments: a tenant's VLAN, subnets, public addresses and access list, on a host's switch and firewall.

Here belong the allocation of numbers, the wanted shape of a segment, and the drivers that make it so.
Not here: the machine that plugs into the segment (hypervisors), the names that point at its addresses
(dns), the addresses set inside the guest (mailservers).
"""
