"""What command line, API and console call: change what is wanted, and order that it be brought about.

Every verb returns the id of the order that it gave, or raises before anything is changed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from mailstead.ground.errors import Conflict
from mailstead.ground.plans import Change, ChangePlan, compare
from mailstead.orders.port import Desk
from mailstead.security.model import Secret
from mailstead.security.passwords import generate_password, hash_password
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, Status, Tenant
from mailstead.tenants.store import Entry, Source

from .imports import MailboxRow
from .planning import Planner
from .steps import Steps
from .workflow import PURGE, REMOVE, SETTLE


class NotRemoved(Conflict):
    """Only a removed tenant can be purged."""

    code = "not-removed"


class Lifecycle:
    """The verbs of a tenant's life."""

    def __init__(self, steps: Steps, desk: Desk) -> None:
        self._world = steps.world
        self._desk = desk
        self.planner = Planner(steps)

    def add(self, tenant: Tenant, *, source: Source = "command") -> str:
        """Bring a new tenant into service. Raises Conflict, DomainTaken, and what its plan would raise (NoRoom)."""
        self.planner.preview(Entry(tenant, 1, source, None, None))
        self._world.tenants.add(tenant, source=source)
        return self.settle(tenant.name)

    def change(self, name: str, change: Callable[[Tenant], Tenant], *, allow_loss: Collection[str] = ()) -> str:
        """Change what is wanted for a tenant, and bring it about. Raises UnsafePlan before anything is changed."""
        entry = self._living(name)
        wanted = change(entry.tenant)
        self._refuse_loss(entry.tenant, wanted, allow_loss)
        self._world.tenants.change(name, lambda _: wanted)
        return self.settle(name, allow_loss=allow_loss)

    def settle(self, name: str, *, allow_loss: Collection[str] = ()) -> str:
        """Bring a tenant to what is wanted. A removed one is not brought back: say `resume` for that."""
        entry = self._world.tenants.get(name)
        kind = REMOVE if entry.tenant.status is Status.REMOVED else SETTLE
        return self._order(kind, entry, allow_loss=sorted(allow_loss))

    def add_mailbox(self, name: str, mailbox: Mailbox, password: Secret | None) -> str:
        """Add a mailbox; without a password nobody can sign in to it."""
        changes.with_mailbox(self._living(name).tenant, mailbox)
        self.set_password(name, mailbox.address, password)
        return self.change(name, lambda tenant: changes.with_mailbox(tenant, mailbox))

    def set_password(self, name: str, address: str, password: Secret | None) -> None:
        """Keep the Argon2id hash of a mailbox's password; what is served changes with the next order."""
        if password is not None:
            self._world.vault.put(name, f"password/{address}", hash_password(password).encode())

    def remove_mailbox(self, name: str, address: str, *, allow_loss: Collection[str]) -> str:
        """Take a mailbox away with all its mail, which must be named in *allow_loss* as "mailbox ADDRESS"."""
        order = self.change(name, lambda tenant: changes.without_mailbox(tenant, address), allow_loss=allow_loss)
        self._world.vault.remove(name, f"password/{address}")
        return order

    def import_mailboxes(self, name: str, rows: Sequence[MailboxRow]) -> tuple[str, dict[str, str]]:
        """Add all mailboxes in *rows* or none; return the order and the passwords that were made, by address."""
        wanted = self._living(name).tenant
        for row in rows:
            wanted = changes.with_mailbox(wanted, row.mailbox)
        made = {row.mailbox.address: generate_password() for row in rows if row.password is None}
        for row in rows:
            self.set_password(name, row.mailbox.address, row.password or made[row.mailbox.address])
        boxes = tuple(row.mailbox for row in rows)
        order = self.change(name, lambda tenant: tenant.changed(mailboxes=(*tenant.mailboxes, *boxes)))
        return order, {address: password.reveal_text() for address, password in made.items()}

    def files_plan(self, files: Mapping[str, Tenant]) -> ChangePlan[Tenant]:
        """Compare tenants said in files with those remembered; only what came from a file can leave with it."""
        entries = self._world.tenants.all()
        known = {
            name: entry.tenant
            for name, entry in entries.items()
            if name in files or (entry.source == "file" and entry.tenant.status is not Status.REMOVED)
        }

        def lost(before: Tenant, after: Tenant | None) -> str:
            return "" if after else f"the service for {', '.join(domain.name for domain in before.domains)}"

        return compare(files, known, subject=lambda name: f"tenant {name}", loses=lost)

    def apply_files(self, plan: ChangePlan[Tenant], *, allow_loss: Collection[str] = ()) -> dict[str, str]:
        """Take over what the files say, and return the orders by tenant. Raises UnsafePlan before any change."""
        plan.refuse_if_unsafe(allow_loss)
        for change in plan:
            if change.before and change.after:
                self._refuse_loss(change.before, change.after, allow_loss)
        return {name: order for change in plan for name, order in self._apply_file(change, allow_loss)}

    def busy(self, name: str) -> bool:
        """Say whether an order for the tenant is open."""
        return any(order.status.is_open for order in self._desk.list(name, None, 10))

    def suspend(self, name: str) -> str:
        """Refuse the tenant's mail for now (4xx), keeping all data."""
        return self.change(name, lambda tenant: changes.standing(tenant, Status.SUSPENDED))

    def resume(self, name: str) -> str:
        """Bring a suspended tenant, or a removed one within its grace time, back into service."""
        self._world.tenants.change(name, lambda tenant: changes.standing(tenant, Status.ACTIVE))
        self._world.tenants.mark_removed(name, None)
        return self.settle(name)

    def remove(self, name: str) -> str:
        """Take a tenant out of service; its disks stay for the grace time."""
        entry = self._world.tenants.change(name, lambda tenant: changes.standing(tenant, Status.REMOVED))
        return self._order(REMOVE, entry)

    def purge(self, name: str, *, early: bool = False) -> str:
        """Destroy a removed tenant's data. Raises NotRemoved, or Conflict within the grace time unless *early*."""
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
        return self._order(PURGE, entry)

    def _apply_file(self, change: Change[Tenant], allow_loss: Collection[str]) -> Iterator[tuple[str, str]]:
        before, after = change.before, change.after
        if after is None and before is not None:
            yield before.name, self.remove(before.name)
        elif after is not None and before is None:
            yield after.name, self.add(after, source="file")
        elif after is not None:
            entry = self._world.tenants.change(after.name, lambda _: after)
            if after.status is not Status.REMOVED:
                self._world.tenants.mark_removed(after.name, None)
            yield after.name, self.settle(entry.tenant.name, allow_loss=allow_loss)

    def _living(self, name: str) -> Entry:
        entry = self._world.tenants.get(name)
        if entry.tenant.status is Status.REMOVED:
            remedy = f"bring it back first: mailstead tenant resume {name}"
            raise Conflict(f"{name} is removed", field="tenant", value=name, remedy=remedy)
        return entry

    def _refuse_loss(self, before: Tenant, after: Tenant, allow_loss: Collection[str]) -> None:
        """Refuse at once what the order would refuse later: mailboxes that go and were not named."""
        gone = {box.address for box in before.mailboxes} - {box.address for box in after.mailboxes}
        boxes = {f"mailbox {address}": address for address in gone}
        plan = compare({}, boxes, loses=lambda address, _: f"all mail of {address}")
        plan.refuse_if_unsafe(allow_loss)

    def _order(self, kind: str, entry: Entry, **inputs: list[str]) -> str:
        name = entry.tenant.name
        key = f"{kind}/{name}/{entry.revision}/{self._world.new_id()}"
        return self._desk.start(kind, key=key, tenant=name, host=entry.host, inputs=inputs)
