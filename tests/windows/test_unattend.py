"""What an answer file says, that it is held to Microsoft's reference, and that nothing can be smuggled into it."""

import base64
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Network
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.security.model import Secret
from mailstead.windows.errors import BadAnswerFile
from mailstead.windows.unattend.checking import NAMESPACE, WCM, check
from mailstead.windows.unattend.commands import commands
from mailstead.windows.unattend.model import AnswerFile, Card, Listener, read_join
from mailstead.windows.unattend.rendering import encoded, render

from .answers import JOINED, MANAGEMENT, PLAIN, component, parsed, texts

SHELL, STACK = "Microsoft-Windows-Shell-Setup", "Microsoft-Windows-TCPIP"
JOIN, RUN = "Microsoft-Windows-UnattendedJoin", "Microsoft-Windows-Deployment"


def test_a_password_is_hidden_as_microsofts_own_example_hides_it() -> None:
    # The example on the page microsoft-windows-shell-setup-useraccounts-administratorpassword-value.
    example = "cAB3AEEAZABtAGkAbgBpAHMAdAByAGEAdABvAHIAUABhAHMAcwB3AG8AcgBkAA=="
    assert encoded(Secret.of("pw"), "AdministratorPassword") == example


def test_the_machine_gets_its_name_and_addresses() -> None:
    root = parsed(render(PLAIN))
    assert texts(component(root, "specialize", SHELL), "ComputerName") == ["ACME"]
    stack = component(root, "specialize", STACK)
    assert texts(stack, "Interfaces/Interface/Identifier") == ["00-15-5D-00-00-01", "00-15-5D-00-00-02"]
    addresses = texts(stack, "Interfaces/Interface/UnicastIpAddresses/IpAddress")
    assert addresses == ["10.64.0.2/28", "fd64:6d73::2/64", "10.255.240.100/20"]
    assert texts(stack, "Interfaces/Interface/Routes/Route/Prefix") == ["0.0.0.0/0", "::/0"]
    clients = component(root, "specialize", "Microsoft-Windows-DNS-Client")
    assert texts(clients, "Interfaces/Interface/DNSServerSearchOrder/IpAddress") == ["198.51.100.53", "fd64:6d72::53"]


def test_a_domain_is_joined_by_the_blob_and_only_then() -> None:
    assert component(parsed(render(PLAIN)), "specialize", JOIN) is None
    joined = component(parsed(render(JOINED)), "specialize", JOIN)
    assert texts(joined, "Identification/Provisioning/AccountData") == ["QUFBQQ=="]


def test_the_accounts_get_their_passwords() -> None:
    shell = component(parsed(render(PLAIN)), "oobeSystem", SHELL)
    (administrator,) = texts(shell, "UserAccounts/AdministratorPassword/Value")
    assert base64.b64decode(administrator).decode("utf-16-le") == "adm-CANARY-1 ü<&>\"'AdministratorPassword"
    (account,) = texts(shell, "UserAccounts/LocalAccounts/LocalAccount/Password/Value")
    assert base64.b64decode(account).decode("utf-16-le") == "acc-CANARY-2Password"
    assert texts(shell, "UserAccounts/LocalAccounts/LocalAccount/Group") == ["Remote Management Users"]


def test_the_commands_hold_no_secret_and_are_short_enough() -> None:
    lines = texts(component(parsed(render(JOINED)), "specialize", RUN), "RunSynchronous/RunSynchronousCommand/Path")
    longest = Listener("h" * 63, "AB" * 20, IPv4Network("255.255.255.255/32"))
    assert len(lines) == 5
    assert not [line for line in lines if "CANARY" in line or "QUFB" in line]
    assert max(len(command.line) for command in commands(longest)) <= 259
    assert 'CertificateThumbprint="ABABABABABABABABABABABABABABABABABABABAB"' in lines[3]
    assert lines[4].endswith("remoteip=10.255.240.0/20")


def test_secrets_show_nowhere_but_in_the_file() -> None:
    rendered = render(JOINED)
    for shown in (repr(JOINED), str(JOINED), repr(rendered), f"{rendered}"):
        assert "CANARY" not in shown
        assert "QUFB" not in shown
    with pytest.raises(BadAnswerFile) as error:
        replace(PLAIN, administrator=Secret.of("CANARY\n"))
    assert "CANARY" not in str(error.value.as_dict())
    with pytest.raises(BadAnswerFile) as error:
        replace(PLAIN, join=Secret.of("CANARY not base64"))
    assert "CANARY" not in str(error.value.as_dict())


@pytest.mark.parametrize("name", ["", "A" * 16, "-acme", "acme-", "123", "ac me", "ac_me", "acme.example", "ä", "a\n"])
def test_a_name_that_windows_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(BadAnswerFile, match="computer"):
        replace(PLAIN, computer_name=name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Card("00-15-5D-00-00", MANAGEMENT.addresses),
        lambda: Card(MANAGEMENT.mac, ()),
        lambda: Listener('a";calc;"', "AB" * 20, IPv4Network("10.0.0.0/8")),
        lambda: Listener("a", "AB" * 19, IPv4Network("10.0.0.0/8")),
        lambda: replace(PLAIN, cards=()),
        lambda: replace(PLAIN, time_zone="UTC</TimeZone>"),
        lambda: replace(PLAIN, locale="english"),
        lambda: replace(PLAIN, account=Secret.of("")),
        lambda: replace(PLAIN, account=Secret.of("x" * 128)),
        lambda: replace(PLAIN, account=Secret(b"\xff\xfe")),
    ],
)
def test_a_bad_value_is_refused_when_it_is_given(make: Callable[[], object]) -> None:
    with pytest.raises(BadAnswerFile) as error:
        make()
    assert error.value.field
    assert error.value.remedy


@given(st.text(max_size=20), st.text(max_size=70), st.text(max_size=20), st.text(max_size=140), st.text(max_size=40))
def test_whatever_is_given_is_refused_or_stands_in_the_file_as_it_is(
    name: str, zone: str, locale: str, password: str, host: str
) -> None:
    """Hostile text becomes an error or plain text: never another element, never another command."""
    secret = Secret.of(password.encode("utf-8", "replace"))
    listener = PLAIN.listener
    for field, value in (("computer_name", name), ("time_zone", zone), ("locale", locale), ("account", secret)):
        try:
            answers: AnswerFile = replace(PLAIN, **{field: value})  # type: ignore[arg-type]  # one field at a time
        except BadAnswerFile:
            continue
        root = parsed(render(answers))
        check(root)
        assert [each.tag for each in root.iter()] == [each.tag for each in parsed(render(PLAIN)).iter()]
    try:
        listener = Listener(host, listener.thumbprint, listener.sources)
    except BadAnswerFile:
        return
    assert not set(" '\"&|<>^%;{}()") & set(listener.name)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "C", "Z")), min_size=1, max_size=127))
def test_every_password_that_can_be_typed_arrives_whole(password: str) -> None:
    shell = component(parsed(render(replace(PLAIN, account=Secret.of(password)))), "oobeSystem", SHELL)
    (value,) = texts(shell, "UserAccounts/LocalAccounts/LocalAccount/Password/Value")
    assert base64.b64decode(value).decode("utf-16-le") == f"{password}Password"


def test_what_djoin_wrote_is_read_in_either_form() -> None:
    assert read_join("QUFB\0\r\n".encode("utf-16")) == Secret.of("QUFB")
    assert read_join(b"QUFB\r\n") == Secret.of("QUFB")
    for bad in (b"", b"not base64!", b"\xff\xfeA", b"\xc3\xa4"):
        with pytest.raises(BadAnswerFile, match="join"):
            read_join(bad)


def _without_namespace(root: Element) -> None:
    root.tag = "unattend"


def _passes_turned_round(root: Element) -> None:
    root[:] = reversed(list(root))


def _twice(root: Element) -> None:
    root.append(deepcopy(root[0]))


def _unknown_pass(root: Element) -> None:
    root[0].set("pass", "firstBoot")


def _component_in_a_pass_it_is_not_valid_in(root: Element) -> None:
    root[1].append(deepcopy(_stack(root)))


def _other_architecture(root: Element) -> None:
    root[0][0].set("processorArchitecture", "x86")


def _unknown_element(root: Element) -> None:
    SubElement(root[0][0], f"{{{NAMESPACE}}}AutoLogon").text = "true"


def _identifier_before_the_settings(root: Element) -> None:
    card = _stack(root)[0][0]
    card[:] = sorted(card, key=lambda each: not each.tag.endswith("Identifier"))


def _empty_value(root: Element) -> None:
    root[0][0][0].text = None


def _list_without_action(root: Element) -> None:
    del _stack(root)[0][0].attrib[f"{{{WCM}}}action"]


def _command_too_long(root: Element) -> None:
    next(root.iter(f"{{{NAMESPACE}}}Path")).text = "x" * 260


def _commands_not_numbered(root: Element) -> None:
    next(root.iter(f"{{{NAMESPACE}}}Order")).text = "2"


def _password_in_clear(root: Element) -> None:
    next(root.iter(f"{{{NAMESPACE}}}PlainText")).text = "true"


def _stack(root: Element) -> Element:
    stack = component(root, "specialize", STACK)
    assert stack is not None
    return stack


@pytest.mark.parametrize(
    "spoil",
    [
        _without_namespace,
        _passes_turned_round,
        _twice,
        _unknown_pass,
        _component_in_a_pass_it_is_not_valid_in,
        _other_architecture,
        _unknown_element,
        _identifier_before_the_settings,
        _empty_value,
        _list_without_action,
        _command_too_long,
        _commands_not_numbered,
        _password_in_clear,
    ],
)
def test_the_check_notices_what_setup_would_not_take(spoil: Callable[[Element], None]) -> None:
    root = parsed(render(JOINED))
    check(root)
    spoil(root)
    with pytest.raises(BadAnswerFile, match="answer file"):
        check(root)
