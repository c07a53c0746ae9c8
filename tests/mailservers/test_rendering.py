"""Files rendered: hostile names stay names, secrets stay out of sight, tables say what is meant."""

import plistlib
import re
from dataclasses import replace
from ipaddress import IPv6Interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import parse_address
from mailstead.mailservers import plain, rendering
from mailstead.mailservers.dkim import public_text
from mailstead.mailservers.errors import UnusableName
from mailstead.mailservers.rendering.clients import IMAPS, PROFILE_PATH, SUBMISSIONS
from mailstead.mailservers.rendering.tables import aliases, senders
from mailstead.tenants.model import Status

from .example import ANNA, BOB, ODD, host, keys

ATOM = "abz09!#$%&'*+/=?^_`{|}~-"
LOCAL = st.lists(st.text(ATOM, min_size=1, max_size=8), min_size=1, max_size=3).map(".".join)


def content(path: str, **changes: object) -> str:
    return rendering.files(host(**changes))[path].content.decode()


@given(local=LOCAL.filter(lambda text: not text.startswith("#")), name=st.text(max_size=50))
@settings(max_examples=200, deadline=None)
def test_an_address_is_one_field_wherever_it_stands(local: str, name: str) -> None:
    address = parse_address(f"{local}@acme.example")
    files = rendering.files(host(mailboxes=[{"address": address, "name": name}], aliases=[], lists=[],
                                 domains=[{"name": "acme.example"}]))  # fmt: skip
    table = files["/etc/postfix/mailstead/aliases"].content.decode().splitlines()
    assert f"{address}\t{address}" in table
    assert len(table) == 5 - (address.startswith(("postmaster@", "abuse@")))
    [line] = files["/etc/dovecot/users"].content.decode().splitlines()
    assert line.split(":")[0] == address.replace("'", "\\'")
    assert line.count(":") == 8
    assert line.split(":")[5] == f"/var/vmail/{plain.folder(address)}"


@given(local=LOCAL)
def test_a_folder_leads_back_to_its_mailbox_and_never_upwards(local: str) -> None:
    address = f"{local}@acme.example"
    folder = plain.folder(address)
    assert plain.mailbox_of(folder) == address
    assert folder.count("/") == 1
    assert not folder.startswith("/")
    assert folder.split("/")[1] not in {".", "..", ""}


@pytest.mark.parametrize(
    "text", ["a b@c.de", "a:b@c.de", "a\n@c.de", "a,b@c.de", '"a"@c.de', "#a@c.de", "a@c", "A@c.de"]
)
def test_what_a_table_would_misread_is_refused(text: str) -> None:
    with pytest.raises(UnusableName) as refusal:
        plain.address(text)
    assert refusal.value.field == "address"
    assert refusal.value.remedy


def test_a_mailbox_that_looks_like_a_comment_is_refused() -> None:
    with pytest.raises(InvalidInput):
        host(mailboxes=[{"address": "#a@acme.example"}])


def test_a_hash_of_another_kind_is_refused_and_not_repeated() -> None:
    with pytest.raises(UnusableName) as refusal:
        plain.password_hash("{PLAIN}hunter2:x")
    assert "hunter2" not in str(refusal.value.as_dict())


def test_no_secret_shows_in_a_repr() -> None:
    wanted = host()
    shown = repr(wanted) + repr(rendering.files(wanted))
    assert "PRIVATE KEY" not in shown
    assert "argon2id" not in shown


def test_secret_files_are_not_for_everybody() -> None:
    files = rendering.files(host()).values()
    secret = [file for file in files if b"PRIVATE KEY" in file.content or b"argon2id" in file.content]
    assert len(secret) == 4
    assert all(file.mode & 0o007 == 0 for file in secret)


def test_every_rendered_file_lies_in_what_is_ours() -> None:
    paths = rendering.files(host())
    assert all(path.startswith(rendering.OWNED) for path in paths)


def test_all_lines_of_the_mail_server_configuration_are_filled() -> None:
    assert all(b"@@" not in file.content for file in rendering.files(host()).values())


def test_postmaster_and_abuse_lead_to_somebody_in_every_domain() -> None:
    table = aliases(host())
    for domain in ("acme.example", "acme.test", "mail.acme.example"):
        assert table[f"postmaster@{domain}"] == table[f"abuse@{domain}"] == (ANNA,)


def test_without_mailboxes_a_locked_one_takes_what_postmasters_must_receive() -> None:
    empty = {"mailboxes": [], "aliases": [], "lists": [], "domains": [{"name": "acme.example"}]}
    assert set(rendering.mailboxes(host(**empty))) == {"postmaster@acme.example"}
    assert content("/etc/dovecot/users", **empty).startswith("postmaster@acme.example:*:")


def test_a_disabled_mailbox_takes_no_mail_and_no_login() -> None:
    boxes = [{"address": ANNA}, {"address": BOB, "enabled": False}]
    assert BOB not in content("/etc/postfix/mailstead/mailboxes", mailboxes=boxes)
    assert f"\n{BOB}:*:" in f"\n{content('/etc/dovecot/users', mailboxes=boxes)}"


def test_aliases_lend_their_name_to_their_owners_even_through_another_alias() -> None:
    chain = [
        {"address": "a@acme.example", "targets": ["b@acme.example"]},
        {"address": "b@acme.example", "targets": [ANNA, "a@acme.example", "x@else.example"]},
    ]
    assert senders(host(aliases=chain))["a@acme.example"] == (ANNA,)


def test_each_odd_address_has_a_line_in_the_table_of_mailboxes() -> None:
    lines = content("/etc/postfix/mailstead/mailboxes").splitlines()
    assert {f"{address}\there" for address in ODD} <= set(lines)


def test_suspension_changes_three_files_and_keeps_the_mailboxes() -> None:
    active, suspended = rendering.files(host()), rendering.files(host(status=Status.SUSPENDED))
    differ = {path for path in active if active[path] != suspended[path]}
    assert differ == {"/etc/dovecot/dovecot.conf", "/etc/postfix/main.cf", "/etc/postfix/master.cf"}
    assert rendering.mailboxes(host()) == rendering.mailboxes(host(status=Status.SUSPENDED))


def test_the_fingerprint_tells_secrets_apart() -> None:
    assert rendering.fingerprint(host()) == rendering.fingerprint(host())
    assert rendering.fingerprint(host()) != rendering.fingerprint(host(mailboxes=[{"address": ANNA, "quota_mib": 5}]))


def test_public_keys_are_records() -> None:
    rsa, edwards = map(public_text, keys())
    assert rsa.startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
    assert len(edwards) == len("v=DKIM1; k=ed25519; p=") + 44


def test_every_way_of_setting_up_a_mail_program_names_the_same_servers() -> None:
    files = rendering.files(host())
    for path in ("/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", PROFILE_PATH):
        told = files[f"/srv/mailstead/acme.test{path}"].content.decode()
        assert told.count("mail.acme.example") == 2, path
        assert {str(IMAPS), str(SUBMISSIONS)} <= set(re.findall(r"[0-9]+", told)), path
    [mail] = plistlib.loads(files[f"/srv/mailstead/acme.test{PROFILE_PATH}"].content)["PayloadContent"]
    assert "EmailAddress" not in mail


def test_a_public_ipv6_address_lies_on_the_machine() -> None:
    wanted = host()
    link = replace(wanted.link, public_ipv6=IPv6Interface("2001:db8::25/128"))
    network = rendering.files(replace(wanted, link=link))["/etc/systemd/network/10-mailstead.network"].content
    assert b"Address=2001:db8::25/128\nGateway=" in network
