"""Switches: in memory, and Open vSwitch with nftables on Linux."""
