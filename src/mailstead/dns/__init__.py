"""Zones and records: what a mail domain publishes, who serves it, who validates it, and what is wrong with it.

Not here: which addresses a tenant has (networks), which keys sign its mail (mailservers) or its TLS (certificates);
they come in as plain values. Looking from outside is monitoring's: it hands its lookups to `judge.py`.
"""
