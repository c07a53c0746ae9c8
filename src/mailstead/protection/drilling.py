"""Steps of a drill: a backup is started on a machine of its own, which nothing reaches, and has to serve mail.

Somebody signs in there under a password that only that machine ever has; it goes with the machine.
"""

from mailstead.ground.errors import Cancelled, LostLease, MailsteadError
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done
from mailstead.orders.model import Json
from mailstead.tenants.model import DRILL

from .errors import DrillFailed
from .ground import Ground
from .twins import Twins


class Drilling:
    """The steps."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._twins = ground, Twins(ground)

    def clear(self, name: str, mine: Mine) -> Done:
        """Take away the drill's machine and disks, also those that one before left behind."""
        mine()
        self._ground.disks(name)
        there = self._twins.remove(self._ground.ports(name), DRILL)
        return ["removed the machine of the drill"] if there else []

    def prepare(self, name: str, mine: Mine, order: str, number: int) -> Done:
        """Write the snapshot's disks for a machine of the drill's own."""
        return [f"disks of {self._twins.prepare(name, DRILL, mine, order, number)} for the drill"]

    def start(self, name: str, mine: Mine) -> Done:
        """Start a machine like the tenant's on them."""
        return [f"started {self._twins.start(name, DRILL, mine).name}"]

    def probe(self, name: str, mine: Mine, order: str, number: int) -> str:
        """Return why mail is not served from the backup, asked from within; empty: it is."""
        mine()
        try:
            facts = self._served(name, mine)
        except (Cancelled, LostLease):
            raise
        except MailsteadError as error:
            self._ground.telling(order).report(snapshot=number, served=False, why=error.message)
            return error.message
        self._ground.telling(order).report(snapshot=number, served=True, **facts)
        return ""

    def judge(self, name: str, mine: Mine, failed: str) -> Done:
        """Note a good drill. Raises DrillFailed for any other."""
        mine()
        if failed:
            remedy = "try an older backup, and see what the machine says on its console"
            raise DrillFailed(
                f"mail is not served from the backup: {failed}", field="tenant", value=name, remedy=remedy
            )
        self._ground.book.drilled(name, self._ground.world.clock.now())
        return []

    def _served(self, name: str, mine: Mine) -> dict[str, Json]:
        """Wait until the guest answers, SMTP and IMAP do, and somebody can sign in; return what was seen."""
        clock, ports = self._ground.world.clock, self._ground.ports(name)
        begun = clock.monotonic()
        self._twins.await_guest(name, DRILL, mine)
        ports.mail.wait_ready(DRILL)
        seconds = round(clock.monotonic() - begun, 1)
        mine()
        seen = ports.trial.sign_in(DRILL) if ports.trial else None
        return {"seconds": seconds, "mailbox": seen.address if seen else None, "mails": seen.mails if seen else None}
