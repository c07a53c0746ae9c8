"""Which certificates a client of ours trusts."""

import ssl


def client_context(authority_pem: bytes | None) -> ssl.SSLContext:
    """Return a context that verifies servers against *authority_pem* alone, or against this system's
    trust.
    """
    cadata = authority_pem.decode("ascii") if authority_pem else None
    context = ssl.create_default_context(cadata=cadata)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
