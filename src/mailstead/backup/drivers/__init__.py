"""Targets of backups: in memory, a folder of this host (or mounted there), a bucket of S3."""
