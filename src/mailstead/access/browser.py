"""What a browser with a session carries: a cookie, and for all that changes something a proof that it meant it.

The proof is an HMAC under the cookie, which no other site can read; it stands in forms and in the header. Nothing of it
is stored, and it changes with the session (OWASP, signed double-submit cookie).
"""

import hmac

SESSION_COOKIE = "__Host-session"
PROOF_HEADER = "X-CSRF-Token"
OWN = ("", "same-origin", "none")  # Sec-Fetch-Site of our own pages; empty where a browser does not send it


def proof(cookie: str) -> str:
    """Return what requests of the browser with this cookie carry."""
    return hmac.digest(cookie.encode(errors="replace"), b"mailstead console form", "sha256").hex()


def is_proof(cookie: str, given: str) -> bool:
    """Say whether *given* belongs to *cookie*, in constant time."""
    return bool(cookie) and hmac.compare_digest(proof(cookie).encode(), given.encode(errors="replace"))
