"""A change plan as an update message (RFC 2136). Pure: values in, message out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.update

from mailstead.dns.model import Record
from mailstead.ground.plans import Change, ChangePlan

AT_ONCE = 100

# The answers that mean: a prerequisite did not hold.
CHANGED = frozenset({dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.NXRRSET})


def outstanding(plan: ChangePlan[Record], held: frozenset[Record]) -> tuple[Change[Record], ...]:
    """Return the changes that *held* does not show yet, each as what is left of it."""
    keys = {record.key for record in held}
    return tuple(change for change in plan if not _done(change, held, keys))


def _done(change: Change[Record], held: frozenset[Record], keys: set[tuple[str, str, str]]) -> bool:
    before, after = change.before, change.after
    if after is None:
        return before is None or before.key not in keys
    replaced = before is None or before.key == after.key or before.key not in keys
    return after in held and replaced


def messages(
    zone: str, changes: Iterable[Change[Record]], held: frozenset[Record]
) -> Iterator[dns.update.UpdateMessage]:
    """Yield updates of about AT_ONCE changes each; what belongs to one name goes together."""
    names: dict[str, list[Change[Record]]] = defaultdict(list)
    for change in changes:
        names[_record(change).name].append(change)
    batch: list[Change[Record]] = []
    for group in names.values():
        if batch and len(batch) + len(group) > AT_ONCE:
            yield message(zone, batch, held)
            batch = []
        batch += group
    if batch:
        yield message(zone, batch, held)


def message(zone: str, changes: list[Change[Record]], held: frozenset[Record]) -> dns.update.UpdateMessage:
    """Return one update that takes place only if the sets it touches are still as in *held* (section 2.4)."""
    update = dns.update.UpdateMessage(zone)
    for name, kind in sorted({(_record(change).name, _record(change).kind) for change in changes}):
        _require(update, name, kind, [r for r in held if r.name == name])
    for change in changes:
        if change.before:
            update.delete(f"{change.before.name}.", _rdata(change.before))
    for change in changes:
        if change.after:
            update.add(f"{change.after.name}.", change.after.ttl, _rdata(change.after))
    return update


def _require(update: dns.update.UpdateMessage, name: str, kind: str, held: list[Record]) -> None:
    """Require what *held* shows at *name*; an alias beside other records would be dropped without a word."""
    same = [_rdata(record) for record in held if record.kind == kind]
    if same:
        update.present(f"{name}.", *same)
    elif kind == "CNAME" and not held:
        update.absent(f"{name}.")
    else:
        update.absent(f"{name}.", kind)
        if not held and kind != "CNAME":
            update.absent(f"{name}.", "CNAME")


def _record(change: Change[Record]) -> Record:
    record = change.after or change.before
    if record is None:
        raise ValueError(change.subject)
    return record


def _rdata(record: Record) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, record.kind, record.value)
