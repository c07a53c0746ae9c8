"""Exchange servers in memory: mailboxes that hold items, and disks lent to them on which they held others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from uuid import UUID, uuid5

from mailstead.exchange.errors import ExchangeRefused, NoSuchMailbox, NotClean, RecoveryTaken
from mailstead.exchange.model import Home, Lent, Progress, State, Wish
from mailstead.exchange.plan import name_of

_SPACE = UUID("f57ec1a0-6a5e-4f6e-9f77-7d1b6a6c4a55")
_FILES = PureWindowsPath(r"D:\Databases\DB1")


@dataclass
class Server:
    """One server. `older` is what the mailboxes held on disks that are lent: by address, folder and items."""

    mailboxes: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    older: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    torn: bool = False  # the logs on the disk cannot be replayed
    breaks: str = ""  # why copying fails
    sees: Lent | None = None
    clean: bool = False
    mounted: str = ""
    requests: dict[str, Wish] = field(default_factory=dict)


class MemoryExchange:
    """Passes the contract suite without a machine. *reach* raises what hinders; *lent*: is a disk at this place?"""

    def __init__(
        self, reach: Callable[[str], None] = lambda _: None, lent: Callable[[str, int], None] = lambda *_: None
    ) -> None:
        self._reach, self._lent = reach, lent
        self._servers: dict[str, Server] = {}

    def inside(self, machine: str) -> Server:
        """Return a server; changes count."""
        return self._servers.setdefault(machine, Server())

    def home(self, machine: str, address: str) -> Home:
        if address not in self._at(machine).mailboxes:
            raise _nobody(address)
        return Home(_id(address), "EX1", _FILES / "DB1.edb", _FILES, "E00")

    def show(self, machine: str, lent: Lent) -> None:
        server = self._at(machine)
        self._lent(machine, lent.place)
        server.sees = lent

    def recover(self, machine: str, home: Home) -> None:
        server = self._seeing(machine)
        if server.torn:
            raise NotClean(
                "the logs cannot be replayed", field="database", value=home.edb, remedy="take an older backup"
            )
        server.clean = True

    def mount(self, machine: str, home: Home, *, run: str) -> None:
        server = self._seeing(machine)
        if server.mounted not in {"", run}:
            raise RecoveryTaken(
                f"{name_of(server.mounted)} is mounted", field="mailbox", remedy="wait until it is gone"
            )
        if not server.clean:
            raise ExchangeRefused("the database was not shut down cleanly", field="database", value=home.edb)
        server.mounted = run
        if home.mailbox not in map(_id, server.older):
            raise _nobody(str(home.mailbox))

    def give_back(self, machine: str, wish: Wish, *, run: str) -> None:
        server = self._seeing(machine)
        if server.mounted != run:
            raise ExchangeRefused(f"{name_of(run)} is not mounted", field="database", value=run)
        if wish.address not in server.mailboxes:
            raise _nobody(wish.address)
        server.requests.setdefault(run, wish)
        self._copy(server, server.requests[run])

    def progress(self, machine: str, *, run: str) -> Progress:
        server = self._at(machine)
        if run not in server.requests:
            raise ExchangeRefused(f"there is no request {name_of(run)}", field="request", value=run)
        number = sum(map(len, self._folders(server, server.requests[run]).values()))
        if server.breaks:
            return Progress(State.FAILED, 0, number, why=server.breaks)
        return Progress(State.DONE, number, number)

    def take_away(self, machine: str, *, run: str) -> None:
        server = self._at(machine)
        server.requests.pop(run, None)
        if server.mounted == run:
            server.mounted = ""

    def hide(self, machine: str) -> None:
        server = self._at(machine)
        if server.mounted:
            raise ExchangeRefused("a database on it is mounted", field="disk", remedy="dismount it first")
        server.sees, server.clean = None, False

    def _copy(self, server: Server, wish: Wish) -> None:
        box = server.mailboxes[wish.address]
        for folder, items in self._folders(server, wish).items() if not server.breaks else ():
            place = f"{wish.into}/{folder}" if wish.into else folder
            box.setdefault(place, set()).update(items)

    def _folders(self, server: Server, wish: Wish) -> dict[str, set[str]]:
        held = next(folders for address, folders in server.older.items() if _id(address) == wish.mailbox)
        return {name: items for name, items in held.items() if wish.folder in {"", name}}

    def _seeing(self, machine: str) -> Server:
        server = self._at(machine)
        if server.sees is None:
            raise ExchangeRefused("no disk is shown", field="disk", remedy="lend it first")
        return server

    def _at(self, machine: str) -> Server:
        self._reach(machine)
        return self.inside(machine)


def _id(address: str) -> UUID:
    return uuid5(_SPACE, address)


def _nobody(who: str) -> NoSuchMailbox:
    return NoSuchMailbox(f"there is no mailbox {who}", field="mailbox", value=who, remedy="see which there are")
