"""Whose record is it? The way from what a zone holds to what we want, without touching what is not ours. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from mailstead.ground.plans import Change, ChangePlan

from .errors import ForeignRecord
from .model import Record, text_of

Place = tuple[str, str]
Key = tuple[str, str, str]

SINGLE_KINDS = frozenset({"A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "TLSA"})
SINGLE_TEXTS = ("v=spf1", "v=DKIM1", "v=DMARC1", "v=STSv1", "v=TLSRPTv1")


def compare_zone(
    wanted: Iterable[Record], found: Iterable[Record], ours: Iterable[Record], *, take_over: bool = False
) -> ChangePlan[Record]:
    """Plan the way from *found* to *wanted*, removing or changing only records that are in *ours*.

    *ours* is what the ledger says we wrote. A record that is there as wanted but was written by somebody else
    is left alone and stays theirs. Where a foreign record stands in a place that must be ours alone, raise
    ForeignRecord; with *take_over* the plan removes that record instead, and says that it is lost.
    """
    want, have = _by_key(wanted), _by_key(found)
    owned = {record.key for record in ours}
    foreign = foreign_records(want.values(), have.values(), owned)
    if foreign and not take_over:
        raise _conflict(foreign[0])
    strange = {record.key for record in foreign}
    gone = [record for key, record in have.items() if key in owned | strange and key not in want]
    new = [record for key, record in want.items() if key not in have]
    return _paired(gone, [*new, *_other_ttl(want, have, owned | strange)], have, strange)


def foreign_records(wanted: Iterable[Record], found: Iterable[Record], owned: set[Key]) -> list[Record]:
    """Return the records that stand in our way and are not ours, in order."""
    want = list(wanted)
    keys = {record.key for record in want}
    strange = [record for record in found if record.key not in keys and record.key not in owned]
    if not strange:
        return []
    names = {record.name for record in want}
    aliases = {record.name for record in want if record.kind == "CNAME"}
    places = {place for place in map(_single_place, want) if place}

    def in_the_way(record: Record) -> bool:
        alias = record.name in aliases or (record.kind == "CNAME" and record.name in names)
        return alias or _single_place(record) in places

    return sorted(filter(in_the_way, strange))


def all_ours(found: Iterable[Record], ours: Iterable[Record]) -> bool:
    """Say whether a zone holds nothing that somebody else wrote, so that it may be removed as a whole."""
    owned = {record.key for record in ours}
    return all(record.key in owned for record in found)


def shape(record: Record) -> tuple[str, ...]:
    """Return what makes a record known as one that we would write, whatever it says: where it stands, and its kind.

    Of kinds that many may write side by side (CAA, texts of others) only the very same value is known.
    """
    place = _single_place(record)
    if place:
        return place
    return (record.name, record.kind) if record.kind == "TLSA" else record.key


def _by_key(records: Iterable[Record]) -> dict[Key, Record]:
    return {record.key: record for record in records}


def _single_place(record: Record) -> Place | None:
    """Name the place that only one party may fill, or None where records of many may stand side by side."""
    if record.kind in SINGLE_KINDS:
        return record.name, record.kind
    if record.kind == "TXT":
        text = text_of(record.value)
        return next(((record.name, tag) for tag in SINGLE_TEXTS if text.lower().startswith(tag.lower())), None)
    return None


def _other_ttl(want: dict[Key, Record], have: dict[Key, Record], owned: set[Key]) -> Iterator[Record]:
    """Yield records of ours whose time to live is not as wanted; a set shared with others keeps its own."""
    shared = {(r.name, r.kind) for key, r in have.items() if key not in owned}
    for key, record in want.items():
        if key in have and have[key].ttl != record.ttl and (record.name, record.kind) not in shared:
            yield record


def _paired(
    gone: list[Record], new: list[Record], have: dict[Key, Record], strange: Collection[Key]
) -> ChangePlan[Record]:
    """Make one update of what goes and what comes in the same place, so that a person reads it as one."""
    going: dict[Place, list[Record]] = defaultdict(list)
    for record in sorted(gone):
        going[record.name, record.kind].append(record)
    changes = []
    for record in sorted(new):
        waiting = going[record.name, record.kind]
        before = have.get(record.key) or (waiting.pop(0) if waiting else None)
        changes.append(_change(before, record, strange))
    changes += [_change(record, None, strange) for records in going.values() for record in records]
    order = ("remove", "update", "create")
    return ChangePlan(tuple(sorted(changes, key=lambda c: (order.index(c.kind), c.subject, str(c.after)))))


def _change(before: Record | None, after: Record | None, strange: Collection[Key]) -> Change[Record]:
    record = after or before
    loses = f"{before.value}, which mailstead did not write" if before and before.key in strange else ""
    return Change(f"record {record.name} {record.kind}" if record else "", before, after, loses)


def _conflict(record: Record) -> ForeignRecord:
    return ForeignRecord(
        f"{record} was not written by mailstead and stands where only one may be",
        field="record",
        value=str(record),
        remedy="remove it, or let mailstead take it over",
    )
