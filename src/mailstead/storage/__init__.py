"""Disks: the system disk (an overlay on the image) and the mail data disk of each tenant, on one host.

Here: which volumes are wanted, found, made, grown, given up. Not here: attaching them to a machine and
growing them while it runs (hypervisors), building the image (images/), copying blocks away (backup).
"""
