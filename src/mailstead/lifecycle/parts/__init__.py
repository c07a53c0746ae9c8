"""For each chapter a part of the tenant's life: what is wanted of it, what differs, how it is brought about."""
