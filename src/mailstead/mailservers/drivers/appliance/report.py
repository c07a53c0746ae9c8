"""Reading what observe.pl says: lines of tab-separated fields, the last one "end"."""

from datetime import UTC, datetime

from mailstead.ground.errors import OutcomeUnknown
from mailstead.mailservers import plain
from mailstead.mailservers.items import ConfigFile, MailboxRoom, MailDisk, MailState, Service, listing


def read_report(text: str) -> MailState:
    """Return the state that *text* tells; raise OutcomeUnknown if it was cut short."""
    lines = [line.split("\t") for line in text.splitlines()]
    if not lines or lines[-1] != ["end"]:
        raise OutcomeUnknown("the machine's report was cut short", field="report", value=text[-80:])
    facts = _by_kind(lines)
    pending = {name for (name,) in facts.get("pending", [])}
    [(total, free)] = facts.get("disk", [["", ""]])
    files = {file.path: file for file in map(_file, facts.get("file", []))}
    return MailState(
        files=files,
        listing=listing(files.values()),
        mailboxes=_mailboxes(facts.get("room", []), facts.get("user", [])),
        services={service.name: service for service in (_service(fact, pending) for fact in facts["service"])},
        applied=facts.get("applied", [[""]])[0][0],
        versions=dict(facts.get("version", [])),
        disk=MailDisk(whole="disk" not in pending),
        disk_mib=int(total) if total else None,
        disk_free_mib=int(free) if free else None,
        queued=int(facts["queued"][0][0]),
        observed_at=datetime.fromtimestamp(int(facts["time"][0][0]), UTC),
    )


def _by_kind(lines: list[list[str]]) -> dict[str, list[list[str]]]:
    facts: dict[str, list[list[str]]] = {}
    for kind, *fields in lines:
        facts.setdefault(kind, []).append(fields)
    return facts


def _file(fields: list[str]) -> ConfigFile:
    mode, owner, digest, path = fields
    return ConfigFile(path, int(mode, 8), owner, digest)


def _mailboxes(rooms: list[list[str]], users: list[list[str]]) -> dict[str, MailboxRoom]:
    """Return what lies on the disk; quota and state are what the users file says of it."""
    told = {address: (int(quota), state == "on") for address, quota, state in users}
    found = {}
    for path, size in rooms:
        address = plain.mailbox_of(path)
        quota, enabled = told.get(address, (0, False))
        found[address] = MailboxRoom(address, quota, enabled, int(size) if size else None)
    return found


def _service(fields: list[str], pending: set[str]) -> Service:
    unit, active, enabled = fields
    name = unit.removesuffix(".service")
    return Service(name, active == "active", enabled == "enabled", name not in pending)
