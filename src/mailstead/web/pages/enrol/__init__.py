"""Adding a second factor: a passkey, or an authenticator app. At the first sign-in there is no way around it."""

from .page import PAGES

__all__ = ["PAGES"]
