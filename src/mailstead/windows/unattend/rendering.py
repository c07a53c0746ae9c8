"""From an answer file's values to its text; pure. The file is a secret: passwords in it are encoded, not encrypted.

Source: Microsoft, "Unattended Windows Setup Reference"; element by element in docs/formats/unattend.md.
"""

import base64
from xml.etree import ElementTree as ET

from mailstead.security.model import Secret

from .checking import ARCHITECTURE, NAMESPACE, WCM, check
from .commands import commands
from .model import ACCOUNT, Address, AnswerFile, Card

ET.register_namespace("", NAMESPACE)
ET.register_namespace("wcm", WCM)


def render(answers: AnswerFile) -> Secret:
    """Return unattend.xml (UTF-8). Raises BadAnswerFile if it is not what Windows Setup takes: that is our mistake."""
    root = ET.Element(_name("unattend"))
    _specialize(_settings(root, "specialize"), answers)
    _oobe(_settings(root, "oobeSystem"), answers)
    check(root)
    ET.indent(root)
    return Secret(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def encoded(password: Secret, element: str) -> str:
    """Return a password as System Image Manager hides it: with the element's name behind it, UTF-16, base64."""
    return base64.b64encode((password.reveal_text() + element).encode("utf-16-le")).decode()


def _specialize(settings: ET.Element, answers: AnswerFile) -> None:
    shell = _component(settings, "Microsoft-Windows-Shell-Setup")
    _add(shell, "ComputerName", answers.computer_name)
    _add(shell, "TimeZone", answers.time_zone)
    stack = _add(_component(settings, "Microsoft-Windows-TCPIP"), "Interfaces")
    for card in answers.cards:
        _addresses(_new(stack, "Interface"), card)
    asking = [card for card in answers.cards if card.name_servers]
    if asking:
        clients = _add(_component(settings, "Microsoft-Windows-DNS-Client"), "Interfaces")
        for card in asking:
            _name_servers(_new(clients, "Interface"), card)
    if answers.join is not None:
        join = _component(settings, "Microsoft-Windows-UnattendedJoin")
        provisioning = _add(_add(join, "Identification"), "Provisioning")
        _add(provisioning, "AccountData", answers.join.reveal_text())
    run = _add(_component(settings, "Microsoft-Windows-Deployment"), "RunSynchronous")
    for order, command in enumerate(commands(answers.listener), start=1):
        each = _new(run, "RunSynchronousCommand")
        _add(each, "Description", command.purpose)
        _add(each, "Order", str(order))
        _add(each, "Path", command.line)


def _oobe(settings: ET.Element, answers: AnswerFile) -> None:
    languages = _component(settings, "Microsoft-Windows-International-Core")
    for name in ("InputLocale", "SystemLocale", "UserLocale"):
        _add(languages, name, answers.locale)
    shell = _component(settings, "Microsoft-Windows-Shell-Setup")
    welcome = _add(shell, "OOBE")
    _add(welcome, "HideEULAPage", "true")
    _add(welcome, "ProtectYourPC", "3")
    accounts = _add(shell, "UserAccounts")
    _password(_add(accounts, "AdministratorPassword"), answers.administrator, "AdministratorPassword")
    account = _new(_add(accounts, "LocalAccounts"), "LocalAccount")
    _password(_add(account, "Password"), answers.account, "Password")
    _add(account, "Description", "mailstead, through the endpoint Mailstead.Guest only")
    _add(account, "Group", "Remote Management Users")
    _add(account, "Name", ACCOUNT)


def _addresses(interface: ET.Element, card: Card) -> None:
    for version in ("Ipv4Settings", "Ipv6Settings"):
        settings = _add(interface, version)
        _add(settings, "DhcpEnabled", "false")
        _add(settings, "RouterDiscoveryEnabled", "false")
    _add(interface, "Identifier", card.mac)
    listed = _add(interface, "UnicastIpAddresses")
    for key, address in enumerate(card.addresses, start=1):
        _new(listed, "IpAddress", str(address), key)
    if card.gateways:
        routes = _add(interface, "Routes")
        for number, gateway in enumerate(card.gateways):
            _route(_new(routes, "Route"), number, gateway, card.metric)


def _route(route: ET.Element, number: int, gateway: Address, metric: int) -> None:
    _add(route, "Identifier", str(number))
    _add(route, "Metric", str(metric))
    _add(route, "NextHopAddress", str(gateway))
    _add(route, "Prefix", "0.0.0.0/0" if gateway.version == 4 else "::/0")


def _name_servers(interface: ET.Element, card: Card) -> None:
    order = _add(interface, "DNSServerSearchOrder")
    for key, server in enumerate(card.name_servers, start=1):
        _new(order, "IpAddress", str(server), key)
    _add(interface, "Identifier", card.mac)


def _password(parent: ET.Element, password: Secret, element: str) -> None:
    _add(parent, "Value", encoded(password, element))
    _add(parent, "PlainText", "false")


def _settings(root: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(root, _name("settings"), {"pass": name})


def _component(settings: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(settings, _name("component"), {"name": name, **ARCHITECTURE})


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, _name(name))
    child.text = text or None
    return child


def _new(parent: ET.Element, name: str, text: str = "", key: int = 0) -> ET.Element:
    """Add one of a list, which Windows Setup wants to be marked as such."""
    child = _add(parent, name, text)
    child.set(f"{{{WCM}}}action", "add")
    if key:
        child.set(f"{{{WCM}}}keyValue", str(key))
    return child


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
