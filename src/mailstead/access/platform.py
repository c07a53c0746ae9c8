"""The platform as a whole, as one caller may see it."""

from dataclasses import dataclass

from mailstead.doctor.model import Report
from mailstead.doctor.workflow import Seen
from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.sites.backups import BackupTarget
from mailstead.wiring.images import Images
from mailstead.wiring.services import ServiceStatus

from .asking import Asking

RECENT_S = 60.0


@dataclass(frozen=True, slots=True)
class PlatformView:
    """Name of the platform, and why it is in quarantine (empty: it is not)."""

    name: str
    quarantine: str


@dataclass(frozen=True, slots=True)
class ImageView:
    """A guest image: what it is known by, whether new machines start from it, how large its system disk is."""

    key: str
    current: bool
    system_mib: int


@dataclass(frozen=True, slots=True)
class TargetView:
    """A place that backups are kept in, and how it was found: `broken` are the objects that keys hang on."""

    wanted: BackupTarget
    broken: tuple[str, ...] = ()
    trouble: MailsteadError | None = None


class PlatformAccess:
    """What concerns no tenant alone."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self) -> PlatformView:
        """Return how the platform stands."""
        self._asking.demand(Right.PLATFORM_READ)
        running = self._asking.running
        return PlatformView(running.platform.name, running.quarantine.why)

    def services(self) -> list[ServiceStatus]:
        """Return what the platform runs on its machine beside machines."""
        self._asking.demand(Right.PLATFORM_READ)
        return self._asking.running.services()

    def images(self) -> list[ImageView]:
        """Return the guest images in the cache of this machine."""
        self._asking.demand(Right.PLATFORM_READ)
        return [
            ImageView(image["key"], image["current"], image["system_mib"])
            for image in Images(self._asking.running.platform.image.cache).list()
        ]

    def backup_targets(self) -> list[TargetView]:
        """Look at every place that backups are kept in; takes its time."""
        self._asking.demand(Right.PLATFORM_READ)
        return [self._looked_at(target) for target in self._asking.running.platform.backup_target]

    def examine(self) -> Report:
        """Hold the database against the world, as `mailstead doctor` does: asks every host, takes its time."""
        self._asking.demand(Right.PLATFORM_READ)
        return self._asking.running.doctor.report()

    def findings(self) -> Seen:
        """Return the doctor's last report on all if it is hardly older than a minute, else a new one."""
        self._asking.demand(Right.PLATFORM_READ)
        return self._asking.running.doctor.recent(RECENT_S)

    def mend(self) -> list[OrderView]:
        """Mend what is safe to mend, as `mailstead doctor --fix` does; return the orders that were given."""
        self._asking.demand(Right.PLATFORM_WRITE)
        running = self._asking.running
        fixes = running.doctor.report().fixes
        told = [str(fix) for fix in fixes]
        orders = self._asking.told("doctor.fix", "", "platform", lambda: running.doctor.mend(fixes), fixes=told)
        return [running.desk.show(order) for order in orders]

    def _looked_at(self, target: BackupTarget) -> TargetView:
        try:
            broken = self._asking.running.protection.ground.places.store(target.name).verify()
        except MailsteadError as error:
            return TargetView(target, trouble=error)
        return TargetView(target, tuple(broken))
