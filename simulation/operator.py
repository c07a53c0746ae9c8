"""An operator: gives the orders of a story, and at the end does what the remedies say."""

from mailstead.doctor.model import Heal
from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.planning import changed
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.orders.model import OrderView, Status
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, MailDomain, Tenant
from mailstead.tenants.model import Status as Standing

from .acts import Asked, Verb
from .keeper import OF_BACKUPS, protect
from .world import World

MISSED = frozenset({"backup-overdue", "backup-failing"})
MEMORY_MIB = 768
DISK_GIB = 4
MBIT, IOPS = 10, 100  # a machine of the least size has no limits


def ask(world: World, asked: Asked) -> None:
    """Give the order; raises what the verb raises."""
    lifecycle, name = world.running.lifecycle, asked.tenant
    match asked.verb:
        case Verb.ADD:
            lifecycle.add(_tenant(name, asked.size))
        case Verb.SUSPEND:
            lifecycle.suspend(name)
        case Verb.RESUME:
            lifecycle.resume(name)
        case Verb.REMOVE:
            lifecycle.remove(name)
        case Verb.PURGE:
            lifecycle.purge(name, early=True)
        case Verb.HEAL:
            lifecycle.heal(name)
        case Verb.RETRY | Verb.CANCEL:
            _again_or_not(world, asked)
        case _:
            protect(world, asked) if asked.verb in OF_BACKUPS else _change(lifecycle, asked)


def _again_or_not(world: World, asked: Asked) -> None:
    """Retry the last order of the tenant that failed, or cancel the last one that is open."""
    desk, cancels = world.running.desk, asked.verb is Verb.CANCEL
    for order in desk.list(asked.tenant, None, 20):
        if cancels and order.status.is_open:
            desk.cancel(order.id)
            return
        if not cancels and order.status in {Status.FAILED, Status.CANCELLED}:
            desk.retry(order.id)
            return


def _change(lifecycle: Lifecycle, asked: Asked) -> None:
    name, size = asked.tenant, asked.size
    domain = f"{name}.test" if size == 1 else "contested.test"  # one that several may want
    box = f"bert{size}@{name}.example"
    match asked.verb:
        case Verb.RESIZE:
            lifecycle.change(name, lambda wanted: _resized(wanted, size))
        case Verb.ADD_DOMAIN:
            lifecycle.change(name, lambda wanted: changes.with_domain(wanted, MailDomain(name=domain)))
        case Verb.DROP_DOMAIN:
            lifecycle.change(name, lambda wanted: changes.without_domain(wanted, domain))
        case Verb.ADD_MAILBOX:
            lifecycle.add_mailbox(name, Mailbox(address=box), None)
        case Verb.DROP_MAILBOX:
            lifecycle.remove_mailbox(name, box, allow_loss=(f"mailbox {box}",))


def _tenant(name: str, size: int) -> Tenant:
    domain = f"{name}.example"
    allowance = {"memory_mib": MEMORY_MIB * size, "disk": "dynamic" if size == 1 else "fixed"}
    boxes = [{"address": f"anna@{domain}"}]
    return Tenant.parse({"name": name, "domains": [{"name": domain}], "mailboxes": boxes, "allowance": allowance})


def _resized(wanted: Tenant, size: int) -> Tenant:
    larger = max(DISK_GIB * size, wanted.allowance.disk_gib)
    limits = {"bandwidth_mbit": MBIT * (size - 1), "disk_iops": IOPS * (size - 1)}
    return changes.resized(wanted, vcpus=size, memory_mib=MEMORY_MIB * size, disk_gib=larger, **limits)


def mend(world: World) -> list[str]:
    """Do what the remedies say to whatever has not ended well, and return that in words; nothing when all is well."""
    done = [told for name in sorted(world.running.world.tenants.all()) for told in _follow(world, name)]
    return done or _heal(world) or _treat(world)


def _treat(world: World) -> list[str]:
    """Do what the doctor says can be healed, and make the backups that it misses."""
    found = list(world.running.doctor.examine())
    ill = sorted({one.tenant for one in found if isinstance(one.fix, Heal)})
    late = sorted({one.tenant for one in found if one.code in MISSED} - set(ill))
    for name in ill:
        world.running.lifecycle.heal(name)
    for name in late:
        world.running.protection.run(name)
    healed = [f"heals {name}, as the doctor says" for name in ill]
    return healed + [f"backs up {name}, as the doctor says" for name in late]


def _follow(world: World, name: str) -> list[str]:
    """Look at the tenant's last order, and do what its error says."""
    orders = world.running.desk.list(name, None, 1)
    if orders and orders[0].status.is_open:
        return []
    if orders and orders[0].status is not Status.DONE:
        return _obey(world, orders[0])
    entry = world.running.world.tenants.get(name)
    if entry.tenant.status is Standing.REMOVED and entry.removed_at is None:
        world.running.lifecycle.remove(name)  # the command was cut off before it gave its order
        return [f"removes {name} again"]
    return []


def _obey(world: World, order: OrderView) -> list[str]:
    error, lifecycle, name = order.error or {}, world.running.lifecycle, order.tenant
    match error.get("code"):
        case "unsafe-plan":
            lifecycle.settle(name, allow_loss=[error["value"]])
            return [f"applies {name} and gives up {error['value']}"]
        case "not-removed" | "no-such-snapshot" | "snapshot-going" | "drill-failed":
            return []  # what it was about is over, and nothing was changed
        case "snapshot-held":
            protect(world, Asked(Verb.RELEASE, name))
        case "no-such-machine":
            lifecycle.settle(name)
            return [f"applies {name}, which has no machine"]
        case "foreign-machine":
            lifecycle.remove(name)
            return [f"removes {name}, whose name is taken"]
        case "unreachable" if "has not come up" in error["message"]:
            _reset(world, name)
    world.running.desk.retry(order.id)
    return [f"retries {order.kind} {name}"]


def _reset(world: World, name: str) -> None:
    """Press the reset button of a machine that hangs, as its console log tells to."""
    for host in world.hosts.values():
        if name in host.machines.statistics():
            host.machines.reset(name)


def _heal(world: World) -> list[str]:
    """Apply whatever differs from what is wanted."""
    lifecycle, healed = world.running.lifecycle, []
    for plan in changed(lifecycle.planner.plans()):
        subjects = ", ".join(change.subject for _, change in plan) or "; ".join(s.note for s in plan.sections if s.note)
        try:
            lifecycle.heal(plan.tenant)
            healed.append(f"heals {plan.tenant}: {subjects[:100]}")
        except MailsteadError as error:
            healed.append(f"cannot heal {plan.tenant}: {error.code}")
    return healed
