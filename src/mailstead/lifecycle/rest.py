"""Which tenants rest: nothing that decides their plan has changed since it was seen to be empty.

A plan is a function of what is remembered and what was found. Both are put under one seal (SHA-256), remembered when a
plan came out empty; while the seal is the same, so is the plan. What only time changes is in `Sight.until`.
"""

import json
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter
from pathlib import PurePath

from mailstead.dns.reverse import reverse_zones
from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.model import DirectBoot, Power
from mailstead.mailservers.items import MailState, Service
from mailstead.mailservers.rendering.templates import everything
from mailstead.networks.model import Allow, Segment
from mailstead.storage.model import Role, VolumeKey

from .look import Look
from .sights import Rows
from .telling import recurs, tell
from .world import World

RECIPE = 2  # to be raised whenever a plan would answer differently to the same: all tenants are then looked at again


class Rest:
    """Seals as of one look."""

    def __init__(self, world: World, look: Look, rows: dict[str, Rows]) -> None:
        self._world = world
        self.look = look
        self._rows = rows
        self._known = world.sights.all(rows)
        self._now = world.clock.now().timestamp()
        pools = world.platform.network
        self._reverse = reverse_zones([pools.public_ipv4, pools.public_ipv6])
        self._prefix = sha256(repr((RECIPE, everything(), world.platform, world.issuers)).encode())
        self._images: dict[tuple[str, PurePath | None], object] = {}
        self.seals: dict[str, str] = {}

    def unchanged(self, tenant: str) -> bool:
        """Say whether all is known to be as it was when the plan came out empty; when in doubt, no."""
        known = self._known.get(tenant)
        return known is not None and known.seal == self.seal(tenant)

    def host(self, tenant: str) -> str | None:
        """Return where the tenant lives; None as long as it has no place."""
        host: str | None = self._rows[tenant][0][2]
        return host

    def in_time(self, tenant: str) -> bool:
        """Say whether the time has not come when an unchanged tenant's plan may answer differently."""
        return self._now < self._known[tenant].until

    def seal(self, tenant: str) -> str:
        """Return the seal of all that decides the tenant's plan; empty where one cannot be told.

        To be asked before the plan: a change in between then shows as another seal next time.
        """
        if tenant not in self.seals:
            found = self._found_or_nothing(tenant)
            digest = self._prefix.copy()
            digest.update(f"{self._rows[tenant]!r}{found}".encode())
            self.seals[tenant] = digest.hexdigest() if found else ""
        return self.seals[tenant]

    def _found_or_nothing(self, tenant: str) -> str:
        """Return what stands for the tenant, or nothing where somebody does not answer: the plan will say who."""
        try:
            return self._found(tenant)
        except MailsteadError:
            return ""

    def _found(self, tenant: str) -> str:
        """Return what stands for the tenant, in words; empty if it is not up."""
        _, document, host = self._rows[tenant][0]
        machine = self.look.machines(host).get(tenant) if host else None
        if machine is None or machine.power is not Power.ON:
            return ""
        volumes = self.look.volumes(host)
        system = volumes.get(VolumeKey(tenant, Role.SYSTEM))
        stands = (machine, self._segment(host, tenant), system, volumes.get(VolumeKey(tenant, Role.DATA)))
        names = self._names(json.loads(document))
        image = self._image(host, system.base if system else None)
        return repr((tell(stands), image, names, _mail(self.look.mail(host, tenant))))

    def _segment(self, host: str, tenant: str) -> Segment | None:
        return self.look.segment(host, tenant) if self.look.closely else self.look.segments(host).get(tenant)

    def _image(self, host: str, base: PurePath | None) -> object:
        if (host, base) not in self._images:
            self._images[host, base] = tell(self.look.image(host, base))
        return self._images[host, base]

    def _names(self, document: dict[str, list[dict[str, str]]]) -> list[object]:
        """Return where the tenant's zones stand, how they are trusted, and what points to its machine."""
        domains = [domain["name"] for domain in document["domains"]]
        served: list[object] = [self.look.serial(domain) for domain in domains]
        host = f"mail.{domains[0]}"
        pointers = [self.look.pointing(zone, host) for zone in self._reverse if self.look.serial(zone) is not None]
        return [*served, *(self.look.trusted.get(domain) for domain in domains), *pointers]


for _kind in (Allow, DirectBoot, Service):
    recurs(_kind)

# Told for people, compared nowhere; a field that is not named here is under the seal. `files` are told by `listing`.
_TOLD = {"files", "mailboxes", "services", "versions", "disk_mib", "disk_free_mib", "queued", "observed_at"}
_SEALED = attrgetter(*(field.name for field in fields(MailState) if field.name not in _TOLD))


def _mail(state: MailState) -> tuple[object, ...]:
    """Return what a mail server's plan depends on; how full a mailbox is, is told in it, not compared."""
    rooms = [(room.address, room.quota_mib, room.enabled) for room in state.mailboxes.values()]
    return tell(_SEALED(state)), rooms, tell(tuple(state.services.values()))
