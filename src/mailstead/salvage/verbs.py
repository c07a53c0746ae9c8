"""What command line, API and console call: looks into backups, and orders to give something back."""

from collections.abc import Callable, Iterator

from mailstead.backup.model import Snapshot
from mailstead.ground.names import parse_address
from mailstead.guests.model import absolute
from mailstead.items.disks.tree import chunks
from mailstead.items.plan import Outcome
from mailstead.items.port import Receiver
from mailstead.items.workflow import Return
from mailstead.lifecycle.world import World
from mailstead.orders.port import Desk
from mailstead.tenants.model import Status

from .errors import NobodyThere
from .looking import At, Shelves
from .model import Choice
from .packing import Form, packed
from .workflow import FILE, MAIL, MAILBOX


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

    def foresee(self, tenant: str, choice: Choice) -> list[Outcome]:
        """Return what would become of each mail; asks the running mailbox. Raises NobodyThere, NotInBackup."""
        self._refuse_nobody(tenant, choice.mailbox)
        with self.shelves.opened(tenant, choice.snapshot) as opened:
            box = opened.box(choice.mailbox)
            way = Return(box.files, box.mailbox.layout, self._receiver(tenant, choice.mailbox))
            return list(way.foresee(opened.messages(box, choice), choice.into))

    def give_back(self, tenant: str, choice: Choice) -> str:
        """Give the chosen mails back. Raises NobodyThere, NoSuchSnapshot."""
        kind = MAIL if choice.guids else MAILBOX
        self._desk.admit(kind)
        self.shelves.version(tenant, choice.snapshot)
        self._refuse_nobody(tenant, choice.mailbox)
        return self._order(kind, tenant, **choice.as_inputs())

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

    def _refuse_nobody(self, tenant: str, address: str) -> None:
        entry = self._world.tenants.get(tenant)
        known = {box.address for box in entry.tenant.mailboxes}
        if parse_address(address) not in known or entry.tenant.status is Status.REMOVED:
            remedy = f"make it again: mailstead mailbox add {address}; or download its mails"
            message = f"{tenant} has no mailbox {address} now"
            raise NobodyThere(message, field="mailbox", value=address, remedy=remedy)

    def _order(self, kind: str, tenant: str, **inputs: object) -> str:
        entry = self._world.tenants.get(tenant)
        key = f"{kind}/{tenant}/{entry.revision}/{self._world.new_id()}"
        return self._desk.start(kind, key=key, tenant=tenant, host=entry.host, inputs=inputs)
