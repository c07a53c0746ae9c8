"""Mail servers in memory: they take plans like real ones, and read mail's way out of the very tables rendered.

Ships for the trial run and for simulation. A mail goes from tenant to tenant as the tables say: aliases, lists and
their policies, catch-all, quota, suspension. What Rspamd and TLS add is not told here.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailstead.ground.clock import Clock, SystemClock
from mailstead.ground.errors import NotFound
from mailstead.ground.names import domain_of
from mailstead.ground.plans import ChangePlan
from mailstead.mailservers.errors import LiveMachine, MailRefused
from mailstead.mailservers.items import (
    APPLIED,
    ConfigFile,
    Item,
    MachineClock,
    MailboxRoom,
    MailDisk,
    MailState,
    Service,
    listing,
)
from mailstead.mailservers.plan import concerned
from mailstead.mailservers.port import SignedIn
from mailstead.mailservers.rendering import SERVICES, sieve
from mailstead.tenants.model import DRILL

_MAX_HOPS = 20
_REDIRECT = re.compile(r'^redirect (:copy )?"([^"]+)";$', re.MULTILINE)  # a quote within a text is escaped
_SENT_ON = b"X-Sieve-Redirected-From: %s\r\n"


@dataclass(slots=True)
class _Machine:
    files: dict[str, ConfigFile] = field(default_factory=dict)
    rooms: dict[str, MailboxRoom] = field(default_factory=dict)
    mail: dict[str, list[bytes]] = field(default_factory=dict)
    services: dict[str, Service] = field(
        default_factory=lambda: {name: Service(name, running=False, enabled=False) for name in SERVICES}
    )
    clock: MachineClock = MachineClock()
    disk: MailDisk = MailDisk()

    def outdate(self, services: Collection[str]) -> None:
        """Let *services* run with files that are no more: their change was sent, and starting them anew comes last."""
        for name in self.services.keys() & services:
            self.services[name] = replace(self.services[name], current=False)

    def table(self, name: str) -> dict[str, str]:
        file = self.files.get(f"/etc/postfix/mailstead/{name}")
        lines = file.content.decode().splitlines() if file else []
        return dict(line.split("\t", 1) for line in lines)

    def sends_on(self, address: str, message: bytes) -> tuple[list[str], bool]:
        """Return where the mailbox's script sends its mail on to, and whether it is kept; nothing twice."""
        file = self.files.get(sieve.path(address))
        if file is None or _SENT_ON % address.encode() in message:
            return [], True
        found = _REDIRECT.findall(file.content.decode())
        return [target for _, target in found], all(copy for copy, _ in found)

    @property
    def suspended(self) -> bool:
        return b"static:{450" in self.files["/etc/postfix/main.cf"].content

    def take(self, item: Item) -> None:
        match item:
            case ConfigFile():
                self.files[item.path] = item
            case MailboxRoom():
                self.rooms[item.address] = item
            case Service():
                self.services[item.name] = item
            case MachineClock():
                self.clock = item
            case MailDisk():
                self.disk = item

    def lose(self, item: Item | None) -> None:
        if isinstance(item, ConfigFile):
            self.files.pop(item.path, None)
        elif isinstance(item, MailboxRoom):
            self.rooms.pop(item.address, None)
            self.mail.pop(item.address, None)
        elif isinstance(item, Service):
            self.services.pop(item.name, None)

    def state(self, now: datetime) -> MailState:
        used = {address: sum(map(len, self.mail.get(address, []))) for address in self.rooms}
        rooms = {address: replace(room, used_bytes=used[address]) for address, room in self.rooms.items()}
        told = {path: replace(file, content=b"") for path, file in self.files.items()}
        mark = self.files[APPLIED].content.decode().strip() if APPLIED in self.files else ""
        return MailState(
            told,
            rooms,
            dict(self.services),
            mark,
            listing(told.values()),
            queued=0,
            observed_at=now,
            clock=self.clock,
            disk=self.disk,
        )


class MemoryMailServers:
    """All tenants' mail servers, and the mail in them."""

    def __init__(self, clock: Clock | None = None, reach: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock or SystemClock()
        self._reach = reach  # raises Unreachable when the tenant's machine does not answer
        self._machines: dict[str, _Machine] = {}
        self._seen: dict[str, MailState] = {}  # until something changes: sweeps over thousands ask again and again
        self.left: list[tuple[str, str, bytes]] = []  # sender, recipient, message: to the world outside

    def observe(self, tenant: str) -> MailState:
        self._reach(tenant)
        if tenant not in self._seen:
            self._seen[tenant] = self._machine(tenant).state(self._clock.now())
        return self._seen[tenant]

    def apply(self, tenant: str, plan: ChangePlan[Item]) -> None:
        self._reach(tenant)
        self._seen.pop(tenant, None)
        machine = self._machine(tenant)
        machine.outdate(concerned(change.subject.removeprefix("file ") for change in plan))
        for change in plan:
            if change.after is None:
                machine.lose(change.before)
            else:
                machine.take(change.after)

    def wait_ready(self, tenant: str) -> None:
        self._reach(tenant)
        self._machine(tenant)

    def sign_in(self, machine: str) -> SignedIn | None:
        if machine != DRILL:
            raise LiveMachine(f"{machine} is no machine to try passwords on", field="machine", value=machine)
        self._reach(machine)
        found = self._machine(machine)
        counted = [SignedIn(room.address, len(found.mail.get(room.address, []))) for room in found.rooms.values()]
        return max(counted, key=lambda one: one.mails, default=None)

    def forget(self, tenant: str) -> None:
        """Lose a tenant's machine with all that is in it; one already gone is no error."""
        self._seen.pop(tenant, None)
        self._machines.pop(tenant, None)

    def hand_over(self, tenant: str, receive: Callable[[str, _Machine], None]) -> None:
        """Let a tenant's machine with all that is in it be on another host, which is to `receive` it."""
        self._seen.pop(tenant, None)
        if machine := self._machines.pop(tenant, None):
            receive(tenant, machine)

    def receive(self, tenant: str, machine: _Machine) -> None:
        """Take over a tenant's machine that another host hands over."""
        self._machines[tenant] = machine

    def tamper(self, tenant: str, file: ConfigFile) -> None:
        """Put a file there behind everybody's back, as a hand would."""
        self._seen.pop(tenant, None)
        self._machine(tenant).files[file.path] = file

    def submit(self, login: str, recipient: str, message: bytes, *, sender: str = "") -> tuple[str, ...]:
        """Send as somebody who signed in; raise MailRefused when *login* may not send as *sender*."""
        machine = self._serving(domain_of(login))
        sender = sender or login
        if machine is None or machine.suspended:
            raise MailRefused("421 4.3.2 Mail service is suspended", field="login", value=login)
        if login not in machine.table("senders").get(_plain(sender), "").split(", "):
            raise MailRefused(f"553 5.7.1 not owned by user {login}", field="sender", value=sender)
        return self.deliver(sender, recipient, message, signed_in=machine.table("domains"))

    def deliver(
        self, sender: str, recipient: str, message: bytes, *, signed_in: dict[str, str] | None = None
    ) -> tuple[str, ...]:
        """Send to wherever *recipient* lives and return the mailboxes reached; raise MailRefused as SMTP would."""
        machine = self._serving(domain_of(recipient))
        if machine is None:
            self.left.append((sender, recipient, message))
            return ()
        inside = domain_of(recipient) in (signed_in or {})
        _admit(machine, sender, recipient, "inside" if inside else "outside")
        reached = [self._drop(machine, target, sender, message) for target in _targets(machine, recipient)]
        return tuple(address for part in reached for address in part)

    def fetch(self, address: str) -> tuple[bytes, ...]:
        """Return what lies in a mailbox, oldest first; raise NotFound for an address that is none."""
        machine = self._serving(domain_of(address))
        if machine is None or address not in machine.rooms:
            raise NotFound(f"there is no mailbox {address}", field="address", value=address)
        return tuple(machine.mail.get(address, []))

    def _drop(self, machine: _Machine, target: str, sender: str, message: bytes) -> tuple[str, ...]:
        if domain_of(target) not in machine.table("domains"):
            return self.deliver(sender, target, message)
        targets, kept = machine.sends_on(target, message)
        marked = _SENT_ON % target.encode() + message
        reached = [address for one in targets for address in self.deliver(target, one, marked)]
        if kept:
            _refuse_full(machine, target, message)
            machine.mail.setdefault(target, []).append(message)
            self._seen.clear()
            reached.insert(0, target)
        return tuple(reached)

    def _machine(self, tenant: str) -> _Machine:
        return self._machines.setdefault(tenant, _Machine())

    def _serving(self, domain: str) -> _Machine | None:
        found = (machine for machine in self._machines.values() if domain in machine.table("domains"))
        return next(found, None)


def _admit(machine: _Machine, sender: str, recipient: str, side: str) -> None:
    if machine.suspended:
        raise MailRefused("450 4.2.1 Mail service of this domain is suspended", field="recipient", value=recipient)
    if not _targets(machine, recipient):
        raise MailRefused("550 5.1.1 User unknown", field="recipient", value=recipient)
    rule = machine.table(f"lists-{side}").get(_plain(recipient))
    if rule and _plain(sender) not in machine.table(rule):
        raise MailRefused("550 5.7.1 Only members may write to this list", field="sender", value=sender)


def _refuse_full(machine: _Machine, address: str, message: bytes) -> None:
    used = sum(map(len, machine.mail.get(address, []))) + len(message)
    if used > machine.rooms[address].quota_mib * 2**20:
        raise MailRefused("552 5.2.2 Mailbox is full", field="recipient", value=address)


def _targets(machine: _Machine, recipient: str, hops: int = _MAX_HOPS) -> tuple[str, ...]:
    """Expand as virtual(5) does: the whole address, without its tag, then the catch-all."""
    table = machine.table("aliases")
    keys = (recipient, _plain(recipient), f"@{domain_of(recipient)}")
    found = next((table[key].split(", ") for key in keys if key in table), [])
    if found in ([recipient], [_plain(recipient)]) or not hops:
        return tuple(found)
    own = machine.table("domains") | machine.table("host")
    ends = [_targets(machine, one, hops - 1) if domain_of(one) in own else (one,) for one in found]
    return tuple(dict.fromkeys(address for part in ends for address in part))


def _plain(address: str) -> str:
    """Return the address without its +tag (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0]
    return f"{name or local}@{domain}"
