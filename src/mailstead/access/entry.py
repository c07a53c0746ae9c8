"""One caller's way in."""

from mailstead.people.model import Caller
from mailstead.wiring import Running

from .addresses import ALIASES, LISTS, AddressAccess
from .asking import Asking
from .audit import AuditAccess
from .backups import BackupAccess
from .checks import CheckAccess
from .domains import DomainAccess
from .guests import GuestAccess
from .hosts import HostAccess
from .keyed import Request
from .machines import MachineAccess
from .mailboxes import MailboxAccess
from .orders import OrderAccess
from .other_places import OtherPlacesAccess
from .own_mailbox import OwnMailboxAccess
from .people import PeopleAccess
from .plans import PlanAccess
from .platform import PlatformAccess
from .quarantine import QuarantineAccess
from .salvage import SalvageAccess
from .segments import SegmentAccess
from .tenants import TenantAccess


class Access:
    """Everything *caller* may ask of the platform, by subject; *request* is what makes a repeated request the same."""

    def __init__(self, running: Running, caller: Caller, request: Request | None = None) -> None:
        asking = Asking.of(running, caller, request)
        self.caller = caller
        self.tenants = TenantAccess(asking)
        self.domains = DomainAccess(asking)
        self.mailboxes = MailboxAccess(asking)
        self.own_mailbox = OwnMailboxAccess(asking)
        self.aliases = AddressAccess(asking, ALIASES)
        self.lists = AddressAccess(asking, LISTS)
        self.machines = MachineAccess(asking)
        self.backups = BackupAccess(asking)
        self.other_places = OtherPlacesAccess(asking)
        self.guests = GuestAccess(asking)
        self.segments = SegmentAccess(asking)
        self.orders = OrderAccess(asking)
        self.plans = PlanAccess(asking)
        self.checks = CheckAccess(asking)
        self.hosts = HostAccess(asking)
        self.audit = AuditAccess(asking)
        self.salvage = SalvageAccess(asking)
        self.people = PeopleAccess(asking)
        self.platform = PlatformAccess(asking)
        self.quarantine = QuarantineAccess(asking)
