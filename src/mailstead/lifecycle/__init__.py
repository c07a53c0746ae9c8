"""A tenant's whole life: onboard, change, suspend, resume, remove, purge; and the plan behind each."""
