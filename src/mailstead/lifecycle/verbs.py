"""What command line, API and console call: change what is wanted, and order that it be brought about.

Every verb returns the id of the order that it gave, or raises before anything is changed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from mailstead.ground.errors import Conflict, MailsteadError
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.operating import in_the_way
from mailstead.networks.plan import next_numbers
from mailstead.orders.port import Desk
from mailstead.security.model import Secret
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, Status, Tenant
from mailstead.tenants.store import Entry, Source

from . import files
from .drifting import Found, look_for_drift
from .equipping import EQUIP, Equipping
from .errors import NotRemoved, Overtaken
from .imports import MailboxRow
from .placing import refuse_without_room
from .planning import Planner
from .refusals import refuse_loss, refuse_move
from .steps import Steps
from .workflow import PURGE, REMOVE, SETTLE

ATTEMPTS = 100  # how often a change is begun anew because others were faster


class Lifecycle:
    """The verbs of a tenant's life. What the desk would not admit is refused before anything is remembered."""

    def __init__(self, steps: Steps, desk: Desk) -> None:
        self._steps = steps
        self._world = steps.world
        self._desk = desk
        self.planner = Planner(steps)
        self.inside = Equipping(steps.world)

    def add(self, tenant: Tenant, *, source: Source = "command") -> str:
        """Bring a new tenant into service. Raises Conflict, DomainTaken, and what its plan would raise (NoRoom)."""
        self._desk.admit(SETTLE)
        entry = self._world.tenants.add(tenant, source=source)
        try:
            self.planner.preview(entry)
            # Host and numbers are taken now: two who ask at once must not be promised the same last place.
            self._steps.subject(tenant.name)
        except MailsteadError:
            self._world.tenants.forget(tenant.name)
            raise
        return self.settle(tenant.name)

    def change(self, name: str, change: Callable[[Tenant], Tenant], *, allow_loss: Collection[str] = ()) -> str:
        """Change what is wanted for a tenant, and bring it about. Raises UnsafePlan before anything is changed."""
        self._desk.admit(SETTLE)

        def take_over() -> None:
            entry = self._living(name)
            self._take_over(entry, change(entry.tenant), allow_loss)

        _insist(take_over)
        return self.settle(name, allow_loss=allow_loss)

    def settle(self, name: str, *, allow_loss: Collection[str] = ()) -> str:
        """Bring a tenant to what is wanted. A removed one is not brought back: say `resume` for that."""
        entry = self._world.tenants.get(name)
        kind = REMOVE if entry.tenant.status is Status.REMOVED else SETTLE
        return self._order(kind, entry, allow_loss=sorted(allow_loss))

    def heal(self, name: str, *, allow_loss: Collection[str] = ()) -> str:
        """Settle a tenant that differs, unless an order for just what is wanted now is open: then return that one."""
        entry = self._world.tenants.get(name)
        prefix = f"{SETTLE}/{name}/{entry.revision}/"
        open_orders = [order for order in self._desk.list(name, None, 20) if order.status.is_open]
        same = next((order.id for order in open_orders if order.key.startswith(prefix)), None)
        return same or self.settle(name, allow_loss=allow_loss)

    def drift(self, names: Collection[str] | None = None) -> list[Found]:
        """Return which tenants differ from what is wanted, and how that is to be read. Raises NotFound."""
        return look_for_drift(self.planner, self._desk, names)

    def add_mailbox(self, name: str, mailbox: Mailbox, password: Secret | None) -> str:
        """Add a mailbox; without a password nobody can sign in to it."""
        changes.with_mailbox(self._living(name).tenant, mailbox)
        self.set_password(name, mailbox.address, password)
        return self.change(name, lambda tenant: changes.with_mailbox(tenant, mailbox))

    def set_password(self, name: str, address: str, password: Secret | None) -> None:
        """Keep the Argon2id hash of a mailbox's password; what is served changes with the next order."""
        self._desk.admit(SETTLE)
        if password is not None:
            self._world.vault.put(name, f"password/{address}", self._world.chance.hashed(password).encode())

    def remove_mailbox(self, name: str, address: str, *, allow_loss: Collection[str]) -> str:
        """Take a mailbox away with all its mail, which must be named in *allow_loss* as "mailbox ADDRESS"."""
        return self.change(name, lambda tenant: changes.without_mailbox(tenant, address), allow_loss=allow_loss)

    def import_mailboxes(
        self, name: str, rows: Sequence[MailboxRow], *, make_passwords: bool = True
    ) -> tuple[str, dict[str, str]]:
        """Add all mailboxes in *rows* or none; return the order and the passwords that were made, by address."""
        self._desk.admit(SETTLE)
        boxes = tuple(row.mailbox for row in rows)
        changes.with_mailboxes(self._living(name).tenant, boxes)
        bare = [row.mailbox.address for row in rows if row.password is None and make_passwords]
        made = {address: self._world.chance.password() for address in bare}
        for row in rows:
            self.set_password(name, row.mailbox.address, row.password or made.get(row.mailbox.address))
        order = self.change(name, lambda tenant: changes.with_mailboxes(tenant, boxes))
        return order, {address: password.reveal_text() for address, password in made.items()}

    def files_plan(self, said: Mapping[str, Tenant]) -> ChangePlan[Tenant]:
        """Compare tenants *said* in files with those remembered. Raises DomainTaken, NoRoom, UnknownHost."""
        entries = self._world.tenants.all()
        plan = files.compare_files(said, entries)
        files.refuse_taken(plan, entries)
        new = [change.after for change in plan if change.after and not change.before]
        taken = [*self._world.numbers.all().values()]
        for tenant in new:
            self.planner.preview(Entry(tenant, 1, "file", None, None))
            taken.append(next_numbers(self._world.platform.network, taken))
        return plan

    def apply_files(self, plan: ChangePlan[Tenant], *, allow_loss: Collection[str] = ()) -> dict[str, str]:
        """Take over what the files say, and return the orders by tenant. Raises UnsafePlan before any change."""
        self._desk.admit(SETTLE)
        plan.refuse_if_unsafe(allow_loss)
        for change in plan:
            if change.before and change.after:
                self._refuse(self._world.tenants.get(change.after.name), change.after, allow_loss)
        return {name: order for change in plan for name, order in self._apply_file(change, allow_loss)}

    def equip(self, name: str) -> str:
        """Bring what is inside a tenant's Windows machine to what its file says. Raises NotWindows, NoWindowsHost."""
        self._desk.admit(EQUIP)
        entry = self._living(name)
        self.inside.windows(name)
        self.inside.roles(name)
        return self._order(EQUIP, entry)

    def busy(self, name: str) -> bool:
        """Say whether an order for the tenant is open."""
        return any(order.status.is_open for order in self._desk.list(name, None, 10))

    def suspend(self, name: str) -> str:
        """Refuse the tenant's mail for now (4xx), keeping all data."""
        return self.change(name, lambda tenant: changes.standing(tenant, Status.SUSPENDED))

    def resume(self, name: str) -> str:
        """Bring a suspended tenant, or a removed one within its grace time, back into service. Raises HostsFull."""
        self._desk.admit(SETTLE)

        def take_over() -> None:
            entry = self._added(name)
            self._take_over(entry, changes.standing(entry.tenant, Status.ACTIVE), ())

        if any(order.kind == PURGE and order.status.is_open for order in self._desk.list(name, None, 10)):
            remedy = "wait for its end, then add the tenant anew"
            raise Conflict(f"{name} is being purged", field="tenant", value=name, remedy=remedy)
        _insist(take_over)
        return self.settle(name)

    def remove(self, name: str) -> str:
        """Take a tenant out of service; its disks stay for the grace time."""
        self._desk.admit(REMOVE)
        self._added(name)
        entry = self._world.tenants.change(name, lambda tenant: changes.standing(tenant, Status.REMOVED))
        return self._order(REMOVE, entry)

    def purge(self, name: str, *, early: bool = False) -> str:
        """Destroy a removed tenant's data, its backups too.

        Raises NotRemoved, or Conflict within the grace time unless *early*, and while a legal hold lies on a backup.
        """
        entry = self._world.tenants.get(name)
        if entry.tenant.status is not Status.REMOVED or entry.removed_at is None:
            remedy = f"remove it first: mailstead tenant remove {name}"
            raise NotRemoved(
                f"{name} is in service, or its removal has not ended", field="tenant", value=name, remedy=remedy
            )
        until = entry.removed_at + timedelta(days=self._world.platform.grace_days)
        if self._world.clock.now() < until and not early:
            remedy = f"wait, or say that you mean it now: mailstead tenant purge {name} --now"
            message = f"the disks of {name} are kept until {until:%Y-%m-%d}"
            raise Conflict(message, field="tenant", value=name, remedy=remedy)
        for kept in self._world.kept:
            kept.refuse_held(name)
        return self._order(PURGE, entry)

    def _apply_file(self, change: Change[Tenant], allow_loss: Collection[str]) -> Iterator[tuple[str, str]]:
        before, after = change.before, change.after
        if after is None and before is not None:
            yield before.name, self.remove(before.name)
        elif after is not None and before is None:
            yield after.name, self.add(after, source="file")
        elif after is not None:
            self._take_over(self._world.tenants.get(after.name), after, allow_loss)
            yield after.name, self.settle(after.name, allow_loss=allow_loss)

    def _added(self, name: str) -> Entry:
        """Return a tenant that has its numbers; raise Conflict for one whose adding may still be refused."""
        entry = self._world.tenants.get(name)
        if self._world.numbers.of(name) is None:
            remedy = f"wait a moment; if nobody is at it any more: mailstead apply {name}"
            raise Conflict(f"{name} is just being added", field="tenant", value=name, remedy=remedy)
        return entry

    def _living(self, name: str) -> Entry:
        entry = self._added(name)
        if entry.tenant.status is Status.REMOVED:
            remedy = f"bring it back first: mailstead tenant resume {name}"
            raise Conflict(f"{name} is removed", field="tenant", value=name, remedy=remedy)
        return entry

    def _take_over(self, entry: Entry, wanted: Tenant, allow_loss: Collection[str]) -> None:
        """Remember what is wanted from now on, after refusing at once what the order would refuse later."""
        self._refuse(entry, wanted, allow_loss)
        name = wanted.name
        self._world.tenants.change(name, lambda now: _unless_overtaken(entry.tenant, wanted, now))
        if wanted.status is not Status.REMOVED:
            self._world.tenants.mark_removed(name, None)
        for address in sorted({box.address for box in entry.tenant.mailboxes} - {*wanted.addresses}):
            # Whoever gets this address next must not inherit its password.
            self._world.vault.remove(name, f"password/{address}")

    def _refuse(self, entry: Entry, wanted: Tenant, allow_loss: Collection[str]) -> None:
        refuse_loss(entry.tenant, wanted, allow_loss)
        refuse_move(entry, wanted)
        self._refuse_growth(entry, wanted)
        grows = wanted.allowance != entry.tenant.allowance or entry.tenant.status is Status.REMOVED
        if entry.host and grows and wanted.status is not Status.REMOVED:
            refuse_without_room(self._world, wanted, entry.host, self._world.tenants.all().values())

    def _refuse_growth(self, entry: Entry, wanted: Tenant) -> None:
        """Raise CheckpointsInTheWay for a larger disk of a machine that has checkpoints: it would break them."""
        if entry.host is None or wanted.allowance.disk_gib <= entry.tenant.allowance.disk_gib:
            return
        ports = self._world.ports(entry.host)
        there = ports.checkpoints is not None and wanted.name in ports.machines.machines()
        if ports.checkpoints and there and (kept := ports.checkpoints.checkpoints(wanted.name)):
            raise in_the_way(wanted.name, [each.label for each in kept])

    def _order(self, kind: str, entry: Entry, **inputs: list[str]) -> str:
        name = entry.tenant.name
        key = f"{kind}/{name}/{entry.revision}/{self._world.new_id()}"
        return self._desk.start(kind, key=key, tenant=name, host=entry.host, inputs=inputs)


def _insist(take_over: Callable[[], None]) -> None:
    """Look and change anew as long as others are faster; raise Overtaken when they are so every time."""
    for _ in range(ATTEMPTS):
        try:
            return take_over()
        except Overtaken as error:
            overtaken = error
    raise overtaken


def _unless_overtaken(known: Tenant, wanted: Tenant, now: Tenant) -> Tenant:
    """Return *wanted*, which was made of the tenant as *known*; raise Overtaken if it is another one *now*."""
    if now != known:
        remedy = "look at it again, and repeat what is still wanted"
        raise Overtaken(f"{now.name} was changed by somebody else", field="tenant", value=now.name, remedy=remedy)
    return wanted
