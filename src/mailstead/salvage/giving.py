"""Steps that give mails and files of a backup back to a tenant's machine; each may be repeated at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from mailstead.ground.names import parse_address
from mailstead.items.disks.tree import chunks
from mailstead.items.errors import NoSuchMail, TooLarge
from mailstead.items.port import Receiver
from mailstead.items.workflow import Return
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done, Steps
from mailstead.lifecycle.world import World
from mailstead.orders.model import REPORT, Json
from mailstead.orders.port import Desk
from mailstead.tenants.model import Status

from .errors import NobodyThere
from .looking import Shelves
from .model import TOLD_MOST, Choice, Report

STEP_MAILS = 500  # after so many mails an order is noted to have come so far
FILE_MOST = 256 << 20


@dataclass(frozen=True, slots=True)
class Giving:
    """The steps. *receiver* is the way into a mailbox, by tenant and address; *desk* hears what became of the mails."""

    life: Steps
    shelves: Shelves
    receiver: Callable[[str, str], Receiver]
    desk: Desk

    def find(self, name: str, mine: Mine, order: str, choice: Choice) -> Json:
        """Return the report to begin with. Raises NobodyThere, NoSuchMail for mails that the mailbox does not hold."""
        mine()
        refuse_nobody(self.life.world, name, choice.receiver)
        with self.shelves.opened(name, choice.snapshot, order) as opened:
            found = opened.messages(opened.box(choice.mailbox), choice)
            if missing := sorted({*choice.guids} - {message.guid for message in found}):
                message = f"{opened.snapshot}: {choice.mailbox} has no mail {missing[0]}, and {len(missing) - 1} others"
                raise NoSuchMail(message, field="mails", value=missing[0], remedy="look again which there are")
            return self._told(order, Report(len(found), damage=tuple(opened.damage[:TOLD_MOST])))

    def give(self, name: str, mine: Mine, order: str, choice: Choice, so_far: Json) -> Json:
        """Give back the mails that follow on those of *so_far*; return how far it is now. Raises NobodyThere."""
        before = report = Report.from_json(so_far)
        mine()
        refuse_nobody(self.life.world, name, choice.receiver)
        with self.shelves.opened(name, choice.snapshot, order) as opened:
            box = opened.box(choice.mailbox)
            messages = opened.messages(box, choice)[before.done : before.done + STEP_MAILS]
            way = Return(box.files, box.mailbox.layout, self.receiver(name, choice.receiver))
            outcomes = way.give_back(messages, choice.into)
            while some := list(islice(outcomes, 100)):
                mine()
                for outcome in some:
                    report = report.after(outcome)
                self._told(order, report)
        return report.as_json()

    def put(self, name: str, mine: Mine, order: str, place: tuple[int, str, str], to: str) -> Done:
        """Write a file of a snapshot (number, disk or "", path) into the machine, for root alone."""
        number, disk, path = place
        with self.shelves.opened(name, number, order) as opened:
            files, entry = opened.file(path, disk)
            size = files.details(entry.node).size
            if size > FILE_MOST:
                message = f"{path} has {size} bytes"
                raise TooLarge(message, field="path", value=path, remedy="restore the disk, or download the file")
            content = b"".join(chunks(files, entry.node))
        subject = self.life.subject(name)
        mine()
        self.life.world.ports(subject.host).guests.write(name, to, content, mode=0o600)
        self.desk.send(order, REPORT, {"file": to, "bytes": len(content)})
        return [f"file {to}"]

    def _told(self, order: str, report: Report) -> Json:
        self.desk.send(order, REPORT, report.as_json())
        return report.as_json()


def refuse_nobody(world: World, tenant: str, address: str) -> None:
    """Raise NobodyThere for a mailbox that was removed, or has another address now; NotFound for no such tenant."""
    wanted = world.tenants.get(tenant).tenant
    known, asked = {box.address for box in wanted.mailboxes}, parse_address(address)
    if asked in known and wanted.status is not Status.REMOVED:
        return
    heirs = [box for alias in wanted.aliases if alias.address == asked for box in alias.targets if box in known]
    remedy = f"make it again: mailstead mailbox add {address}; or give them to another (--to-mailbox), or download them"
    if heirs:
        remedy = f"its mail goes to {heirs[0]} now: give them back --to-mailbox {heirs[0]}; or download them"
    raise NobodyThere(f"{tenant} has no mailbox {address} now", field="mailbox", value=address, remedy=remedy)


def rest_of(so_far: Json) -> int:
    """Return in how many steps the rest is done."""
    report = Report.from_json(so_far)
    return -(-(report.of - report.done) // STEP_MAILS)
