"""Looks into backups: which there are, whose mail is in one, and mails by what is known of them, over all of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice

from mailstead.backup.errors import NoSuchSnapshot
from mailstead.backup.model import Snapshot
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.items.errors import UNREADABLE, named
from mailstead.items.mailboxes.finding import folders, listing
from mailstead.items.model import Damage, Headers
from mailstead.items.port import Opener
from mailstead.items.search import Found, Query, headers_of, search

from .errors import NoBackupThen, NotInBackup
from .model import Hit, Hits, Room
from .opening import Box, Opened

At = datetime | int | None  # a moment, the number of a snapshot, or the newest there is


@dataclass(frozen=True, slots=True)
class Shelves:
    """The backups of all tenants, and what reads disks. *new_id* names each look while it lasts."""

    store: Callable[[str], TenantStore]
    openers: Sequence[Opener]
    new_id: Callable[[], str]

    def versions(self, tenant: str) -> list[Snapshot]:
        """Return the snapshots that can be read, the oldest first."""
        return sorted(self.store(tenant).snapshots(), key=lambda one: (one.taken, one.number))

    def version(self, tenant: str, at: At) -> Snapshot:
        """Return the newest snapshot that is not later than *at*. Raises NoBackupThen, NoSuchSnapshot."""
        if isinstance(at, int):
            return self.store(tenant).snapshot(at)
        earlier = [one for one in self.versions(tenant) if at is None or one.taken <= at]
        if not earlier:
            then = f" from before {at:%Y-%m-%d %H:%M}" if at else ""
            remedy = f"see which there are: mailstead backup list {tenant}"
            raise NoBackupThen(f"{tenant} has no backup{then}", field="at", value=at or "", remedy=remedy)
        return earlier[-1]

    @contextmanager
    def opened(self, tenant: str, number: int, run: str = "") -> Iterator[Opened]:
        """Open a snapshot, which stays while the block lasts. Raises NoSuchSnapshot, SnapshotGoing."""
        with self.store(tenant).reading(number, run or f"look-{self.new_id()}") as reading:
            yield Opened(reading, self.openers)

    def rooms(self, tenant: str, at: At, mailbox: str = "") -> tuple[Snapshot, list[Room], list[Damage]]:
        """Return the folders of a mailbox with how many mails each holds, or the mailboxes without (no mails told)."""
        snapshot = self.version(tenant, at)
        with self.opened(tenant, snapshot.number) as opened:
            if mailbox:
                return snapshot, list(_folders(opened, opened.box(mailbox))), opened.damage
            return snapshot, [Room(box.mailbox.address, "", 0) for box in opened.boxes()], opened.damage

    def search(self, tenant: str, at: At, mailbox: str, query: Query, most: int) -> Hits:
        """Return up to *most* mails of a mailbox in one snapshot, with their headers. Raises NotInBackup."""
        snapshot = self.version(tenant, at)
        with self.opened(tenant, snapshot.number) as opened:
            box, damage = opened.box(mailbox), list[Damage]()
            found = list(islice(search(box.files, box.mailbox, query, damage), most + 1))
            shown = [Hit(one.message, _headers(box, one, damage), snapshot, snapshot) for one in found[:most]]
            return Hits(tuple(shown), (*opened.damage, *damage), len(found) > most)

    def search_all(self, tenant: str, mailbox: str, query: Query, most: int) -> Hits:
        """Return mails of a mailbox in any snapshot, each as it was last, and since when it is gone."""
        damage: list[Damage] = []
        hits = self._last_seen(tenant, self.versions(tenant), mailbox, query, damage)
        return self._shown(tenant, mailbox, hits, most, damage)

    def deleted(self, tenant: str, mailbox: str, since: datetime, most: int) -> Hits:
        """Return mails that are in a snapshot since then, and not in the one that followed their last."""
        damage: list[Damage] = []
        versions = [one for one in self.versions(tenant) if one.taken >= since]
        hits = self._last_seen(tenant, versions, mailbox, Query(), damage)
        return self._shown(tenant, mailbox, [hit for hit in hits if hit.gone], most, damage)

    def _last_seen(
        self, tenant: str, versions: Sequence[Snapshot], mailbox: str, query: Query, damage: list[Damage]
    ) -> list[Hit]:
        """Return each mail of these snapshots once, as it was last; the oldest come first."""
        hits: dict[str, Hit] = {}
        for number, snapshot in enumerate(versions):
            following = versions[number + 1].taken if number + 1 < len(versions) else None
            for found in self._within(tenant, snapshot, mailbox, query, damage):
                first = hits[found.message.guid].first if found.message.guid in hits else snapshot
                hits[found.message.guid] = Hit(found.message, found.headers, first, snapshot, following)
        return sorted(hits.values(), key=lambda hit: (hit.message.arrived, hit.message.guid))

    def _shown(self, tenant: str, mailbox: str, hits: Sequence[Hit], most: int, damage: list[Damage]) -> Hits:
        shown = self._titled(tenant, mailbox, list(hits[:most]), damage)
        return Hits(tuple(shown), tuple(dict.fromkeys(damage)), len(hits) > most)

    def _within(
        self, tenant: str, snapshot: Snapshot, mailbox: str, query: Query, damage: list[Damage]
    ) -> Iterator[Found]:
        """Yield what one of many snapshots has; one that went meanwhile, or had no such mailbox, has nothing."""
        where = str(snapshot)
        try:
            with self.opened(tenant, snapshot.number) as opened:
                box, here = opened.box(mailbox), list[Damage]()
                yield from search(box.files, box.mailbox, query, here)
                damage.extend(Damage(f"{where}, {one.where}", one.why) for one in (*opened.damage, *here))
        except (NotInBackup, NoSuchSnapshot):
            return
        except UNREADABLE as error:
            damage.append(named(where, error))

    def _titled(self, tenant: str, mailbox: str, hits: list[Hit], damage: list[Damage]) -> list[Hit]:
        """Return mails with their headers, each read where it was last."""
        titled: list[Hit] = []
        for number, group in groupby(sorted(hits, key=lambda hit: hit.last.number), lambda hit: hit.last.number):
            with self.opened(tenant, number) as opened:
                box = opened.box(mailbox)
                found = ((hit, Found(hit.message, hit.headers)) for hit in group)
                titled += [replace(hit, headers=_headers(box, one, damage)) for hit, one in found]
        return sorted(titled, key=lambda hit: (hit.message.arrived, hit.message.guid))


def _folders(opened: Opened, box: Box) -> Iterator[Room]:
    for folder in folders(box.files, box.mailbox, opened.damage):
        try:
            listed = listing(box.files, box.mailbox, folder, exact=False)
        except UNREADABLE as error:
            opened.damage.append(named(folder.name, error))
            continue
        opened.damage.extend(listed.damage)
        yield Room(box.mailbox.address, folder.name, len(listed.messages))


def _headers(box: Box, found: Found, damage: list[Damage]) -> Headers | None:
    if found.headers:
        return found.headers
    try:
        return headers_of(box.files, box.mailbox, found.message)
    except UNREADABLE as error:
        damage.append(named(found.message.path, error))
        return None
