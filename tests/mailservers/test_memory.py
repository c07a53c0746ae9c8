"""The memory driver: the contract, and the way of a mail through the rendered tables."""

import pytest

from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.errors import MailRefused
from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.plan import compare_mail
from mailstead.mailservers.port import MailServer

from .contract import MailServerContract, Tamper, brought_to
from .example import ANNA, BOB, ODD, TIGHT, host

STRANGER = "x@else.example"


@pytest.fixture
def servers() -> MemoryMailServers:
    made = MemoryMailServers()
    brought_to(made)
    return made


class TestMemory(MailServerContract):
    @pytest.fixture
    def served(self, servers: MemoryMailServers) -> MailServer:
        return servers

    @pytest.fixture
    def tamper(self, servers: MemoryMailServers) -> Tamper:
        return lambda path, content: servers.tamper("acme", ConfigFile.of(path, content))


@pytest.mark.parametrize(
    ("recipient", "reached"),
    [
        (ANNA, {ANNA}),
        ("anna+shop@acme.example", {ANNA}),
        ("info@acme.example", {ANNA, BOB}),
        ("whoever@acme.test", {BOB}),
        ("open@acme.example", {BOB}),
        ("postmaster@acme.example", {ANNA}),
        ("abuse@acme.test", {ANNA}),
        *((address, {address}) for address in ODD),
    ],
)
def test_mail_from_outside_reaches(servers: MemoryMailServers, recipient: str, reached: set[str]) -> None:
    assert set(servers.deliver(STRANGER, recipient, b"Hello")) == reached
    assert all(servers.fetch(address) == (b"Hello",) for address in reached)


@pytest.mark.parametrize(
    ("sender", "recipient", "reply"),
    [
        (STRANGER, "nobody@acme.example", "550 5.1.1"),
        (STRANGER, "staff@acme.example", "550 5.7.1"),
        (STRANGER, "staff+x@acme.example", "550 5.7.1"),
        (ANNA, "staff@acme.example", "550 5.7.1"),  # anybody can write anna's name on an envelope
    ],
)
def test_mail_from_outside_is_refused(servers: MemoryMailServers, sender: str, recipient: str, reply: str) -> None:
    with pytest.raises(MailRefused, match=reply):
        servers.deliver(sender, recipient, b"Hello")


def test_a_member_who_signed_in_reaches_the_list(servers: MemoryMailServers) -> None:
    assert set(servers.submit(ANNA, "staff@acme.example", b"Hello")) == {ANNA, BOB}
    assert servers.left == [(ANNA, "friend@else.example", b"Hello")]


def test_a_member_outside_reaches_the_list(servers: MemoryMailServers) -> None:
    assert set(servers.deliver("friend@else.example", "staff@acme.example", b"Hello")) == {ANNA, BOB}


def test_an_alias_may_be_used_by_its_owners_only(servers: MemoryMailServers) -> None:
    servers.submit(ANNA, BOB, b"Hello", sender="info@acme.example")
    with pytest.raises(MailRefused, match=r"553 5\.7\.1"):
        servers.submit(TIGHT, BOB, b"Hello", sender="info@acme.example")


def test_a_full_mailbox_refuses(servers: MemoryMailServers) -> None:
    servers.deliver(STRANGER, TIGHT, b"x" * 2**20)
    with pytest.raises(MailRefused, match=r"552 5\.2\.2"):
        servers.deliver(STRANGER, TIGHT, b"x")


def test_a_suspended_tenant_takes_nothing_for_now_and_keeps_its_mail(servers: MemoryMailServers) -> None:
    servers.deliver(STRANGER, ANNA, b"Hello")
    brought_to(servers, status="suspended")
    with pytest.raises(MailRefused, match=r"450 .* suspended"):
        servers.deliver(STRANGER, ANNA, b"Again")
    with pytest.raises(MailRefused, match="421"):
        servers.submit(ANNA, BOB, b"Hello")
    assert servers.fetch(ANNA) == (b"Hello",)
    brought_to(servers)
    assert servers.deliver(STRANGER, ANNA, b"Again") == (ANNA,)


def test_forwarded_mail_goes_on_once_and_is_kept_where_that_is_wanted() -> None:
    boxes = [
        {"address": ANNA, "forwarding": {"targets": [BOB, "anna@far.example"]}},
        {"address": BOB, "forwarding": {"targets": ["bob@far.example"], "keep": False}},
    ]
    rest = {"aliases": [], "lists": [], "self_service": {"forwarding": "anywhere"}}
    made = MemoryMailServers()
    made.apply("acme", compare_mail(host(mailboxes=boxes, **rest), made.observe("acme")))
    assert made.deliver(STRANGER, ANNA, b"Hello") == (ANNA,)
    assert [(sender, to) for sender, to, _ in made.left] == [(BOB, "bob@far.example"), (ANNA, "anna@far.example")]
    assert made.deliver("x", ANNA, made.left[1][2]) == (ANNA,)  # it came back from there
    assert len(made.left) == 2
