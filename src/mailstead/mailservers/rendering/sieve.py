"""Sieve (RFC 5228) for each mailbox that forwards its mail or answers that its owner is away.

The script runs before the owner's own filters and lets them go on: it copies, it does not keep. Texts are quoted
strings; what would be read in them as something else (`variables`, `encoded-character`) is not required, so it is text.
"""

from collections.abc import Iterator
from datetime import datetime

from mailstead.mailservers import plain
from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import HostedMailbox, MailHost
from mailstead.tenants.self_service import Vacation

FOLDER = "/etc/dovecot/sieve/own"
COMPILED = "~/sieve-compiled"  # by whoever delivers first: it may not write beside the script
DAYS = 7  # RFC 5230, 4.1: each sender hears it once in so many


def files(host: MailHost) -> Iterator[ConfigFile]:
    for box in host.mailboxes:
        if has_script(box):
            yield ConfigFile.of(path(box.address), script(box, _names(host, box)), 0o640, "root:vmail")


def has_script(box: HostedMailbox) -> bool:
    """Say whether a mailbox has a script of ours."""
    return box.enabled and (box.forwarding is not None or box.vacation is not None)


def path(mailbox: str) -> str:
    """Return where the script of a mailbox lies."""
    return f"{FOLDER}/{plain.folder(mailbox)}.sieve"


def location(box: HostedMailbox) -> str:
    """Return where Dovecot finds the mailbox's script."""
    return f"file:{path(box.address)};bindir={COMPILED}"


def script(box: HostedMailbox, names: tuple[str, ...] = ()) -> str:
    """Return what is done with a mailbox's mail; *names* are its other addresses."""
    lines = ['require ["copy", "date", "relational", "vacation"];']
    if box.vacation:
        lines.append(_vacation(box.vacation, names))
    if box.forwarding:
        copy = ":copy " if box.forwarding.keep else ""
        lines += [f"redirect {copy}{_quoted(target)};" for target in box.forwarding.targets]
    return "\n".join(lines) + "\n"


def _vacation(vacation: Vacation, names: tuple[str, ...]) -> str:
    subject = f" :subject {_quoted(vacation.subject)}" if vacation.subject else ""
    addresses = f" :addresses [{', '.join(map(_quoted, names))}]" if names else ""
    reply = f"vacation :days {DAYS}{subject}{addresses} {_quoted(vacation.text)};"
    tests = [_now("ge", vacation.starts_at), _now("lt", vacation.over_at)]
    within = ", ".join(test for test in tests if test)
    return f"if allof ({within}) {{\n  {reply}\n}}" if within else reply


def _now(than: str, at: datetime | None) -> str:
    """Return a test of the present time in UTC. Dates as text stand in their order; the zone behind changes none."""
    if at is None:
        return ""
    return f'currentdate :zone "+0000" :value "{than}" "iso8601" "{at:%Y-%m-%dT%H:%M:%S}"'


def _names(host: MailHost, box: HostedMailbox) -> tuple[str, ...]:
    return tuple(alias.address for alias in host.aliases if alias.targets == (box.address,))


def _quoted(text: str) -> str:
    """Return a quoted string (RFC 5228, 2.4.2): two signs are escaped, all others stand for themselves."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
