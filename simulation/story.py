"""One seed tells one story: the world it plays in, and what happens there."""

from dataclasses import dataclass
from random import Random

from mailstead.orders.drivers.memory import Moment

from .acts import Act, Asked, Dies, Event, Happens, Placed, Verb
from .faults import Fault, Trouble

CAST = ("acme", "globex", "hooli")
CLOCK_JUMPS_S = (-900, 900, -7200, 7200, 365 * 86400)
PAUSES_S = (0, 0, 1, 5, 20, 60, 300)
CONTROL_PLANE = "the control plane"
NAME_SERVER = "names"
TARGETS = ("near", "far")

# What each port is asked, and how often its verbs are struck.
VERBS = {
    "machines": ("machines", "define", "start", "stop", "remove", "resize", "grow", "room"),
    "volumes": ("volumes", "ensure", "remove"),
    "switch": ("segments", "prepare", "ensure", "attach", "remove"),
    "guests": ("answers",),
    "mail": ("observe", "apply", "wait_ready"),
    "names": ("zones", "records", "create", "remove", "apply", "anchors", "serials"),
    "resolver": ("anchors", "trust", "forget"),
    "issuer": ("issue",),
    "changes": ("moment", "keep"),
    "places": ("prepare", "put_in", "take_back", "clear"),
    "target": ("create", "read", "list", "delete"),
}
STEPS = (
    *("reserve room and numbers", "lay network", "make disks", "start machine", "make keys", "open zones"),
    *("announce next key", "obtain certificate", "wait for the machine", "configure mail server", "wait for mail"),
    *("publish names", "withdraw names", "stop machine", "take up network", "note the day", "destroy disks"),
    *("destroy keys", "forget tenant", "back up disks", "forget old points", "note the backup"),
    *("copy to the second target", "remove snapshots", "free what nobody needs", "check backups"),
    *("back up what is there", "prepare disks", "exchange disks", "start machine", "let the old disks go"),
)
ASKED = {
    Verb.ADD: 6,
    Verb.RESIZE: 3,
    Verb.ADD_DOMAIN: 2,
    Verb.DROP_DOMAIN: 1,
    Verb.ADD_MAILBOX: 2,
    Verb.DROP_MAILBOX: 1,
    Verb.SUSPEND: 1,
    Verb.RESUME: 3,
    Verb.REMOVE: 3,
    Verb.PURGE: 3,
    Verb.RETRY: 2,
    Verb.CANCEL: 2,
    Verb.HEAL: 1,
    Verb.BACK_UP: 5,
    Verb.TEND: 2,
    Verb.HOLD: 1,
    Verb.RELEASE: 1,
    Verb.RESTORE: 3,
    Verb.UNDO: 1,
    Verb.DRILL: 1,
}


@dataclass(frozen=True, slots=True)
class Story:
    """*acts* in a world with *hosts* of *memory_gib* each; *squatter*: a tenant whose machine's name is taken there."""

    seed: int
    hosts: tuple[str, ...]
    memory_gib: int
    acts: tuple[Act, ...]
    squatter: str = ""

    def __str__(self) -> str:
        world = f"seed {self.seed}: {len(self.hosts)} hosts of {self.memory_gib} GiB"
        taken = [f"somebody else has a machine named like {self.squatter}'s"] if self.squatter else []
        return "\n".join([world, *taken, *(f"  {act.after_s:>4} s later  {act.what}" for act in self.acts)])


def tell(seed: int) -> Story:
    """Return the story of *seed*, always the same."""
    dice = Random(f"story {seed}")
    hosts = tuple(f"kvm{number}" for number in range(1, 2 + dice.randrange(3)))
    cast = CAST[: dice.choice((1, 2, 2, 3))]
    opening = [Act(0, Asked(Verb.ADD, name)) for name in cast[: dice.randint(1, len(cast))]]
    acts = [_act(dice, hosts, cast) for _ in range(dice.randint(3, 10))]
    if dice.random() < 0.5:  # half of all worlds are in trouble from the first minute
        opening.insert(0, Act(0, _trouble(dice, hosts)))
    squatter = dice.choice(cast) if dice.random() < 0.03 else ""
    return Story(seed, hosts, dice.choice((2, 4, 8)), (*opening, *acts), squatter)


def _act(dice: Random, hosts: tuple[str, ...], cast: tuple[str, ...]) -> Act:
    after_s = dice.choice(PAUSES_S)
    kind = dice.random()
    if kind < 0.45:
        verb = dice.choices(list(ASKED), weights=list(ASKED.values()))[0]
        return Act(after_s, Asked(verb, dice.choice(cast), dice.choice((1, 1, 2))))
    if kind < 0.75:
        return Act(after_s, _trouble(dice, hosts))
    if kind < 0.82:
        return Act(after_s, Dies(dice.choice(STEPS), dice.choice(list(Moment))))
    return Act(after_s, _event(dice, hosts, cast))


def _trouble(dice: Random, hosts: tuple[str, ...]) -> Placed:
    port = dice.choice(list(VERBS))
    verb = dice.choice(VERBS[port])
    fault = dice.choice([fault for fault in Fault if fault.strikes(verb)])
    anywhere = dice.choice(TARGETS if port == "target" else hosts)
    where = port if port in {"names", "resolver", "issuer"} else f"{anywhere}.{port}"
    times = 1 if fault in {Fault.KILLED_AFTER, Fault.KILLED_BEFORE} else dice.choice((1, 1, 2, 8))
    return Placed(Trouble(where, verb, fault, dice.choice((1, 1, 2, 3)), times))


def _event(dice: Random, hosts: tuple[str, ...], cast: tuple[str, ...]) -> Happens:
    event = dice.choice(list(Event))
    match event:
        case Event.CLOCK:
            return Happens(event, CONTROL_PLANE + "'s", dice.choice(CLOCK_JUMPS_S))
        case Event.KILLED | Event.UPKEEP:
            return Happens(event, CONTROL_PLANE)
        case Event.LOST | Event.BACK:
            return Happens(event, dice.choice((*hosts, NAME_SERVER, *TARGETS)))
        case Event.TARGET_FULL | Event.TARGET_FREED:
            return Happens(event, dice.choice(TARGETS))
        case Event.POWER_CUT | Event.DISK_FULL | Event.DISK_FREED:
            return Happens(event, dice.choice(hosts))
    return Happens(event, dice.choice(cast))
