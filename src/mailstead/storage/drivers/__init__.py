"""Stores of disks: in memory, and in a folder of the host (files made by qemu-img, or block devices)."""
