"""What lies on a disk: partitions, logical volumes, file systems, and the way along a path."""
