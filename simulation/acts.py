"""What can happen in a story: each a value that says itself in words."""

from dataclasses import dataclass
from enum import StrEnum

from .faults import Trouble


class Verb(StrEnum):
    """What an operator asks for."""

    ADD = "adds"
    RESIZE = "resizes"
    ADD_DOMAIN = "adds a domain to"
    DROP_DOMAIN = "takes the second domain from"
    ADD_MAILBOX = "adds a mailbox to"
    DROP_MAILBOX = "takes a mailbox from"
    SUSPEND = "suspends"
    RESUME = "resumes"
    REMOVE = "removes"
    PURGE = "purges"
    RETRY = "retries what failed of"
    CANCEL = "cancels what is open of"
    HEAL = "heals"
    BACK_UP = "backs up"
    TEND = "thins out, frees and checks the backups of"
    HOLD = "holds the newest backup of"
    RELEASE = "lifts all holds of"
    RESTORE = "brings back the oldest backup of"
    UNDO = "takes back the last restore of"
    DRILL = "tries out the newest backup of"


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator gives an order about a tenant; `size` is how much of it (add, resize: GiB of memory and disk)."""

    verb: Verb
    tenant: str
    size: int = 1

    def __str__(self) -> str:
        return f"operator {self.verb} {self.tenant}"


class Event(StrEnum):
    """What happens to the world, by itself or by somebody else's hand."""

    LOST = "answers nothing any more"
    BACK = "answers again"
    POWER_CUT = "loses power and boots anew, its machines off"
    DISK_FULL = "has its disk filled by somebody else"
    DISK_FREED = "has room on its disk again"
    CLOCK = "clock is set by"
    KILLED = "is killed and started again"
    UPKEEP = "looks for what is due"
    HANGS = "will hang at its next boot"
    BOOTS_SLOWLY = "will need ten minutes for its next boot"
    SWITCHED_OFF = "is switched off by hand"
    SEGMENT_CHANGED = "has its segment changed by hand"
    RECORD_LOST = "has a record removed by hand"
    FILE_CHANGED = "has a file changed by hand"
    MAIL = "gets mail"
    TARGET_FULL = "has no room for backups any more"
    TARGET_FREED = "has room for backups again"


@dataclass(frozen=True, slots=True)
class Happens:
    """*event* happens to *subject*: a host, a tenant's machine, the name server, the control plane, its clock."""

    event: Event
    subject: str
    seconds: int = 0

    def __str__(self) -> str:
        return f"{self.subject} {self.event}" + (f" {self.seconds:+} s" if self.seconds else "")


@dataclass(frozen=True, slots=True)
class Placed:
    """From now on a fault lies in wait."""

    trouble: Trouble

    def __str__(self) -> str:
        it = self.trouble
        times = f", {it.times} times" if it.times > 1 else ""
        return f"(from call {it.first} on of {it.verb}{times}: {it.port} {it.fault})"


@dataclass(frozen=True, slots=True)
class Dies:
    """The control plane will be killed when a step of any order reaches a moment."""

    step: str
    moment: str

    def __str__(self) -> str:
        return f"(the control plane will be killed at {self.step!r} {self.moment})"


@dataclass(frozen=True, slots=True)
class Act:
    """*what* happens *after_s* seconds after the act before."""

    after_s: int
    what: Asked | Happens | Placed | Dies
