"""Self-service: the one mailbox of whoever signed in with its password."""

from .page import PAGES as _MAILBOX
from .setting_up import PAGES as _SETTING_UP
from .sign_in import PAGES as _SIGN_IN

PAGES = (*_SIGN_IN, *_MAILBOX, *_SETTING_UP)

__all__ = ["PAGES"]
