"""Certificates for TLS: who issues them, when they are due, and how a key is replaced without breaking DANE.

Not here: where private keys lie (security keeps them under `tls-key/<generation>`), how records are published (dns),
and how a mail server is given its certificate (mailservers).
"""
