"""What an answer file says. Every value is proved when it is made, so that no command or element can be smuggled in."""

import base64
import binascii
import re
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import TypeAlias

from mailstead.ground.errors import InvalidInput
from mailstead.security.model import Secret
from mailstead.tenants.windows import parse_computer_name
from mailstead.windows.errors import BadAnswerFile

Address: TypeAlias = IPv4Address | IPv6Address
Interface: TypeAlias = IPv4Interface | IPv6Interface
Network: TypeAlias = IPv4Network | IPv6Network

ACCOUNT = "mailstead"  # a member of Remote Management Users: it may use the JEA endpoint and nothing else
_MAC = re.compile(r"[0-9A-F]{2}(-[0-9A-F]{2}){5}")
_THUMBPRINT = re.compile(r"[0-9A-F]{40}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,61}[A-Za-z0-9])?")
_TIME_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .()+-]{0,62}")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}")
PASSWORD_MOST = 127  # letters: what the sign-in screen and NTLM take


@dataclass(frozen=True, slots=True)
class Card:
    """A network card, found by its MAC address, with what it is to have. Raises BadAnswerFile."""

    mac: str
    addresses: tuple[Interface, ...]
    gateways: tuple[Address, ...] = ()
    name_servers: tuple[Address, ...] = ()
    metric: int = 10  # of its gateways: the lower goes first

    def __post_init__(self) -> None:
        object.__setattr__(self, "mac", self.mac.upper().replace(":", "-"))
        _need(_MAC.fullmatch(self.mac), "mac", self.mac, "give six bytes, such as 00-15-5D-01-02-03")
        _need(self.addresses, "addresses", self.mac, "give the card at least one address with its prefix")


@dataclass(frozen=True, slots=True)
class Listener:
    """WinRM over HTTPS: the name in its certificate, the certificate's SHA-1 as Windows shows it, who may reach it."""

    name: str
    thumbprint: str
    sources: Network

    def __post_init__(self) -> None:
        _need(_HOST.fullmatch(self.name), "name", self.name, "give the DNS name or address that its certificate has")
        _need(_THUMBPRINT.fullmatch(self.thumbprint), "thumbprint", self.thumbprint, "give 40 hexadecimal digits")


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A machine as it is to wake up. `join` is what djoin /provision wrote, base64; without it: a workgroup."""

    computer_name: str
    cards: tuple[Card, ...]
    listener: Listener
    administrator: Secret
    account: Secret
    time_zone: str = "UTC"
    locale: str = "en-US"
    join: Secret | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "computer_name", _computer_name(self.computer_name))
        _need(self.cards, "cards", "", "give at least the management card")
        _need(_TIME_ZONE.fullmatch(self.time_zone), "time_zone", self.time_zone, "give one that tzutil /l lists")
        _need(_LOCALE.fullmatch(self.locale), "locale", self.locale, "give a language and a country, such as en-US")
        for field, secret in (("administrator", self.administrator), ("account", self.account)):
            _need(_is_password(secret), field, "***", f"use 1 to {PASSWORD_MOST} letters that can be typed")
        if self.join is not None:
            _need(_is_base64(self.join), "join", "***", "give the file that djoin /provision /savefile wrote")


def read_join(content: bytes) -> Secret:
    """Return what djoin /provision /savefile wrote: base64, as UTF-16 with a mark and a null at its end, or plain.

    Raises BadAnswerFile.
    """
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "ascii"
    try:
        blob = Secret.of(content.decode(encoding).rstrip("\0\r\n").strip())
    except UnicodeDecodeError:
        blob = Secret.of("")
    _need(_is_base64(blob), "join", "***", "give the file that djoin /provision /savefile wrote")
    return blob


def _computer_name(text: str) -> str:
    try:
        return parse_computer_name(text)
    except InvalidInput as error:
        raise BadAnswerFile(error.message, field=error.field, value=error.value, remedy=error.remedy) from None


def _is_password(secret: Secret) -> bool:
    try:
        text = secret.reveal_text()
    except UnicodeDecodeError:
        return False
    return 1 <= len(text) <= PASSWORD_MOST and text.isprintable()


def _is_base64(secret: Secret) -> bool:
    try:
        return len(base64.b64decode(secret.reveal(), validate=True)) > 0
    except (binascii.Error, ValueError):
        return False


def _need(good: object, field: str, value: str, remedy: str) -> None:
    if not good:
        raise BadAnswerFile(f"{value!r} cannot be the {field} of a machine", field=field, value=value, remedy=remedy)
