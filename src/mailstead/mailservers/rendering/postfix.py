"""Postfix 3.7: main.cf, master.cf and the tables it looks addresses up in.

Tables are of type texthash: a plain file, replaced whole, nothing compiled from it that could be out of date.
"""

from collections.abc import Iterator

from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import MailHost
from mailstead.tenants.model import Status

from . import tables
from .templates import CIPHERS, fill

_FOLDER = "/etc/postfix/mailstead"
_SUSPENDED = "check_recipient_access static:{450 4.2.1 Mail service of this domain is suspended},"

# Postfix 3.7 calls every failure of Dovecot's a wrong password, so submission says "later" in its greeting.
_NOT_NOW = """\
    -o { smtpd_client_restrictions = check_client_access static:{421 4.3.2 Mail service is suspended} }
    -o smtpd_delay_reject=no"""


def files(host: MailHost) -> Iterator[ConfigFile]:
    welcome = _NOT_NOW if host.status is Status.SUSPENDED else "    -o smtpd_client_restrictions="
    submission = fill("submission.cf", welcome=welcome).rstrip("\n")
    yield ConfigFile.of("/etc/postfix/main.cf", _main(host))
    yield ConfigFile.of("/etc/postfix/master.cf", fill("master.cf", submission=submission))
    for name, table in _tables(host).items():
        yield ConfigFile.of(f"{_FOLDER}/{name}", table)
    yield from _list_files(host)


def _main(host: MailHost) -> str:
    classes = tables.closed_lists(host).values()
    return fill(
        "main.cf",
        host=host.name,
        ciphers=CIPHERS,
        suspended=_SUSPENDED if host.status is Status.SUSPENDED else "",
        uncounted=" ".join(["127.0.0.0/8", "[::1]/128", *map(_pattern, host.client_networks)]),
        list_classes=", ".join(f"{name}_{side}" for name in classes for side in ("outside", "inside")),
        list_rules="\n".join(_list_rule(name, side) for name in classes for side in ("outside", "inside")),
    )


def _tables(host: MailHost) -> dict[str, str]:
    domains = {domain.name: "here" for domain in host.domains}
    closed = tables.closed_lists(host)
    return {
        "domains": tables.lines(domains),
        "host": tables.lines({} if host.name in domains else {host.name: "here"}),
        "mailboxes": tables.lines(dict.fromkeys(tables.open_rooms(host), "here")),
        "aliases": tables.lines(tables.aliases(host)),
        "senders": tables.lines(tables.senders(host)),
        "lists-outside": tables.lines({address: f"{name}_outside" for address, name in closed.items()}),
        "lists-inside": tables.lines({address: f"{name}_inside" for address, name in closed.items()}),
        "incoming-headers": f"/^(X-)?Authentication-Results:\\s*{host.name.replace('.', '[.]')}\\b/ IGNORE\n",
        "submission-headers": "/^(Received|X-Originating-IP|Authentication-Results):/ IGNORE\n",
    }


def _list_files(host: MailHost) -> Iterator[ConfigFile]:
    closed = tables.closed_lists(host)
    for group in host.lists:
        if name := closed.get(group.address):
            outside = tables.members_outside(host, group.members)
            for side, members in (("outside", outside), ("inside", group.members)):
                may_post = tables.lines(dict.fromkeys(members, "OK"))
                yield ConfigFile.of(f"{_FOLDER}/{name}_{side}", may_post)


def _list_rule(name: str, side: str) -> str:
    table = f"check_sender_access texthash:{_FOLDER}/{name}_{side}"
    refusal = "check_sender_access static:{550 5.7.1 Only members may write to this list}"
    return f"{name}_{side} = {table}, {refusal}"


def _pattern(network: object) -> str:
    written = str(network)
    return f"[{written.replace('/', ']/')}" if ":" in written else written
