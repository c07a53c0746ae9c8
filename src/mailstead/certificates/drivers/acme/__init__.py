"""Authorities on the internet, by ACME (RFC 8555) with proofs in the DNS."""

from .issuer import AcmeIssuer

__all__ = ["AcmeIssuer"]
