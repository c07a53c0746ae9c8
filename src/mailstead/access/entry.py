"""One caller's way in."""

from mailstead.people.model import Caller
from mailstead.wiring import Running

from .tenants import TenantAccess


class Access:
    """Everything *caller* may ask of the platform, by subject."""

    def __init__(self, running: Running, caller: Caller) -> None:
        self.caller = caller
        acting = running.acting_as(caller.actor)
        self.tenants = TenantAccess(acting, caller)
