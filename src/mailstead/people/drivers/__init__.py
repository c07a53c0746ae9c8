"""Providers of sign-ins: in memory, and by OpenID Connect."""
