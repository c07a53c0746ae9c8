"""What command line, API and console call: looks into backups, and orders to give something back."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from mailstead.backup.model import Snapshot
from mailstead.ground.rhythms import zone_of
from mailstead.guests.model import absolute
from mailstead.items.disks.tree import chunks
from mailstead.items.plan import Outcome, restored_folder
from mailstead.items.port import Receiver
from mailstead.items.workflow import Return
from mailstead.lifecycle.world import World
from mailstead.orders.port import Desk

from .errors import NothingLeft, NotSingly
from .giving import refuse_nobody
from .looking import At, Shelves
from .model import Choice
from .packing import Form, packed
from .recovering import Means
from .workflow import EXCHANGE, EXCHANGE_UNDO, FILE, MAIL, MAILBOX


class Salvage:
    """The verbs. `shelves` looks; what is ordered is refused before anything is done, or returns the order's id.

    *receiver* is the way into a running mailbox, by tenant and address.
    """

    def __init__(self, world: World, shelves: Shelves, desk: Desk, receiver: Callable[[str, str], Receiver]) -> None:
        self.shelves = shelves
        self._receiver = receiver
        self._world = world
        self._desk = desk

    def by(self, desk: Desk) -> "Salvage":
        """Return the same with another desk to order at."""
        return Salvage(self._world, self.shelves, desk, self._receiver)

    def version(self, tenant: str, at: At) -> Snapshot:
        """Return the newest backup that is not later. Raises NotFound, NoBackupThen."""
        self._world.tenants.get(tenant)
        return self.shelves.version(tenant, at)

    def zone(self, tenant: str) -> ZoneInfo:
        """Return the time zone in which days of a tenant are meant: that of the site. Raises NotFound."""
        return zone_of(self._world.platform.zone(self._world.tenants.get(tenant).host))

    def restored_folder(self, tenant: str, snapshot: Snapshot) -> str:
        """Return the folder that mails of a snapshot come back to, if no other is named. Raises NotFound."""
        return restored_folder(snapshot.taken.astimezone(self.zone(tenant)).date())

    def foresee(self, tenant: str, choice: Choice) -> list[Outcome]:
        """Return what would become of each mail; asks the running mailbox.

        Raises NobodyThere, NotInBackup; where the mail server is Exchange NotSingly.
        """
        if self._world.tenants.get(tenant).tenant.windows:
            raise _not_singly(tenant, "what an Exchange server would do with single mails is not foreseen")
        refuse_nobody(self._world, tenant, choice.receiver)
        with self.shelves.opened(tenant, choice.snapshot) as opened:
            box = opened.box(choice.mailbox)
            way = Return(box.files, box.mailbox.layout, self._receiver(tenant, choice.receiver))
            return list(way.foresee(opened.messages(box, choice), choice.into))

    def give_back(self, tenant: str, choice: Choice) -> str:
        """Give the chosen mails back, by the ways of the tenant's mail server.

        Raises NobodyThere, NoSuchSnapshot; where it is Exchange NotSingly and NoWayBack.
        """
        if self._world.tenants.get(tenant).tenant.windows:
            return self._recover(tenant, choice)
        kind = MAIL if choice.guids else MAILBOX
        self._desk.admit(kind)
        self.shelves.version(tenant, choice.snapshot)
        refuse_nobody(self._world, tenant, choice.receiver)
        return self._order(kind, tenant, **choice.as_inputs())

    def take_away(self, tenant: str, order: str) -> str:
        """Take away what an order left in an Exchange server that failed in the midst. Raises NotFound, NothingLeft."""
        view = self._desk.show(order)
        if (view.kind, view.tenant) != (EXCHANGE, tenant) or view.status.is_open or view.steps_done == view.total_steps:
            remedy = "name an order that gave a mailbox of this tenant's back and failed, or was cancelled"
            raise NothingLeft(f"order {order} left nothing behind", field="order", value=order, remedy=remedy)
        return self._order(EXCHANGE_UNDO, tenant, order=order)

    def put_file(self, tenant: str, snapshot: int, path: str, to: str, disk: str = "") -> str:
        """Write a file of a backup into the machine, as *to*. Raises NoSuchSnapshot, InvalidInput."""
        self._desk.admit(FILE)
        self.shelves.version(tenant, snapshot)
        return self._order(FILE, tenant, snapshot=snapshot, disk=disk, path=path, to=absolute(to))

    def download(self, tenant: str, choice: Choice, form: Form) -> Iterator[bytes]:
        """Yield a file with the chosen mails. First raises NotInBackup, NoSuchSnapshot, InvalidInput."""
        with self.shelves.opened(tenant, choice.snapshot) as opened:
            box = opened.box(choice.mailbox)
            yield from packed(box, opened.messages(box, choice), form)

    def file(self, tenant: str, snapshot: int, path: str, disk: str = "") -> Iterator[bytes]:
        """Yield a file of a backup. Raises NotInBackup, before anything is yielded."""
        with self.shelves.opened(tenant, snapshot) as opened:
            files, entry = opened.file(path, disk)
            yield from chunks(files, entry.node)

    def _recover(self, tenant: str, choice: Choice) -> str:
        self._desk.admit(EXCHANGE)
        if choice.guids:
            raise _not_singly(tenant, "Exchange gives back folders, not single mails")
        self.shelves.version(tenant, choice.snapshot)
        if host := self._world.tenants.get(tenant).host:
            Means.of(self._world.ports(host))
        return self._order(EXCHANGE, tenant, **choice.as_inputs())

    def _order(self, kind: str, tenant: str, **inputs: object) -> str:
        entry = self._world.tenants.get(tenant)
        key = f"{kind}/{tenant}/{entry.revision}/{self._world.new_id()}"
        return self._desk.start(kind, key=key, tenant=tenant, host=entry.host, inputs=inputs)


def _not_singly(tenant: str, message: str) -> NotSingly:
    remedy = f"give the folder back, and take them out of there: mailstead restore mailbox {tenant} --folder"
    return NotSingly(message, field="mails", remedy=remedy)
