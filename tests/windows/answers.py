"""An answer file to try things on, and a reader of what was rendered that does not know how it was."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface
from xml.etree.ElementTree import Element, fromstring

from mailstead.security.model import Secret
from mailstead.windows.unattend.model import AnswerFile, Card, Listener

MANAGEMENT = Card("00:15:5d:00:00:02", (IPv4Interface("10.255.240.100/20"),))
TENANT = Card(
    "00-15-5D-00-00-01",
    (IPv4Interface("10.64.0.2/28"), IPv6Interface("fd64:6d73::2/64")),
    gateways=(IPv4Address("10.64.0.1"), IPv6Address("fe80::1")),
    name_servers=(IPv4Address("198.51.100.53"), IPv6Address("fd64:6d72::53")),
)
PLAIN = AnswerFile(
    computer_name="acme",
    cards=(TENANT, MANAGEMENT),
    listener=Listener("10.255.240.100", "AB" * 20, IPv4Network("10.255.240.0/20")),
    administrator=Secret.of("adm-CANARY-1 ü<&>\"'"),
    account=Secret.of("acc-CANARY-2"),
)
JOINED = replace(PLAIN, join=Secret.of("QUFBQQ=="))
NAMES = {"u": "urn:schemas-microsoft-com:unattend", "wcm": "http://schemas.microsoft.com/WMIConfig/2002/State"}


def parsed(text: Secret) -> Element:
    return fromstring(text.reveal())  # noqa: S314  # rendered here


def component(root: Element, name_of_pass: str, name: str) -> Element | None:
    return root.find(f"u:settings[@pass='{name_of_pass}']/u:component[@name='{name}']", NAMES)


def texts(element: Element | None, path: str) -> list[str]:
    """Return the texts of all elements at *path*, each step in Microsoft's namespace."""
    assert element is not None
    steps = "/".join(f"u:{step}" for step in path.split("/"))
    return [each.text or "" for each in element.findall(steps, NAMES)]
