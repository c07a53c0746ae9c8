"""What an act does to the world: accidents, hands, and faults that lie in wait."""

from dataclasses import replace
from math import inf

from mailstead.backup.model import CHUNK
from mailstead.dns.model import Record
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.upkeep import order_due
from mailstead.mailservers.items import ConfigFile
from mailstead.orders.drivers.memory import Moment
from mailstead.protection.watch import order_due as order_backups

from .acts import Dies, Event, Happens
from .shelves import MAIL
from .world import DISK_MIB, FOREIGN_FILE, World

SLOW_BOOT_S = 590.0
TAMPERED = ConfigFile.of("/etc/postfix/main.cf", "# by hand\n")


def let_die(world: World, dies: Dies) -> None:
    """Have the control plane killed where said."""
    world.engine.crash_at(dies.step, Moment(dies.moment))


def let_happen(world: World, happens: Happens) -> None:  # noqa: C901  # a table in the shape of a match
    """Do to the world what *happens*; what has no object (a machine that is not there) does nothing."""
    subject = happens.subject
    match happens.event:
        case Event.LOST:
            world.faults.silent.add(subject)
        case Event.BACK:
            world.faults.silent.discard(subject)
        case Event.POWER_CUT:
            world.hosts[subject].machines.lose_power()
        case Event.DISK_FULL:
            world.hosts[subject].volumes.fill(FOREIGN_FILE, DISK_MIB)
        case Event.DISK_FREED:
            world.hosts[subject].volumes.fill(FOREIGN_FILE, 1)
        case Event.CLOCK:
            world.clock.off_s += happens.seconds
        case Event.KILLED:
            world.start()
        case Event.UPKEEP:
            order_due(world.running.lifecycle, world.running.world)
            order_backups(world.running.protection, world.running.desk)
        case Event.HANGS:
            world.boots[subject] = inf
        case Event.BOOTS_SLOWLY:
            world.boots[subject] = SLOW_BOOT_S
        case Event.SWITCHED_OFF | Event.SEGMENT_CHANGED | Event.RECORD_LOST | Event.FILE_CHANGED:
            _by_hand(world, happens)
        case _:
            _of_backups(world, happens)


def _of_backups(world: World, happens: Happens) -> None:
    """Something happens that backups are about."""
    match happens.event:
        case Event.TARGET_FULL | Event.TARGET_FREED:
            world.targets[happens.subject].room = 0 if happens.event is Event.TARGET_FULL else None
        case Event.MAIL:
            _deliver(world, happens.subject)


def _by_hand(world: World, happens: Happens) -> None:
    """Somebody changes something of a tenant behind our back, on the host where it is."""
    tenant = happens.subject
    for host in world.hosts.values():
        segment = host.switch.segments().get(tenant)
        match happens.event:
            case Event.SWITCHED_OFF if tenant in host.machines.machines():
                host.machines.stop(tenant, graceful_s=0)
            case Event.SEGMENT_CHANGED if segment:
                host.switch.disturb(replace(segment, rules=segment.rules[1:]))
            case Event.FILE_CHANGED if tenant in host.machines.statistics():
                host.mail.tamper(tenant, TAMPERED)
    if happens.event is Event.RECORD_LOST:
        _lose_record(world, f"{tenant}.example")


def _deliver(world: World, tenant: str) -> None:
    """A mail lies on the disk of the tenant's machine, if that runs: behind those before, and named by the time."""
    for host in world.hosts.values():
        machine = host.machines.machines().get(tenant)
        if machine and machine.power is Power.ON:
            second = int(world.clock.monotonic())
            place = second % (MAIL // CHUNK) * CHUNK
            host.disks.write(tenant, "data", place, f"mail of second {second}".encode())


def _lose_record(world: World, zone: str) -> None:
    """Somebody removes the first record of *zone* that is in it."""
    if zone in world.names.zones() and (held := sorted(world.names.records(zone), key=lambda record: record.key)):
        change: Change[Record] = Change("by hand", held[0], None)
        world.names.apply(zone, ChangePlan((change,)))
