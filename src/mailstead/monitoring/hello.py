"""TLS hellos written and read by hand: pure bytes, so that what the local TLS library refuses to offer can
be asked.

A server that answers a hello with a ServerHello has agreed to what was offered; no handshake is needed to
know it. Sources: RFC 5246 section 7.4.1, RFC 6066 section 3 (server name), RFC 7465 and RFC 9325 section 4
(what is weak).
"""

from dataclasses import dataclass

VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2"}
TLS_1_1, TLS_1_2 = 0x0302, 0x0303
DEFLATE = 1

# ECDHE, DHE and plain RSA with AES-CBC and SHA-1: all that versions before 1.2 could have in good health.
OLD_CIPHERS = (0xC009, 0xC00A, 0xC013, 0xC014, 0x0033, 0x0039, 0x002F, 0x0035, 0x000A)
MODERN_CIPHERS = (
    0xC02B,
    0xC02C,
    0xC02F,
    0xC030,
    0xCCA8,
    0xCCA9,
    0x009E,
    0x009F,
    0x009C,
    0x009D,
    *OLD_CIPHERS,
)
WEAK_CIPHERS = {
    0x0001: "NULL-MD5",
    0x0002: "NULL-SHA",
    0x003B: "NULL-SHA256",
    0xC006: "ECDHE-ECDSA-NULL-SHA",
    0xC010: "ECDHE-RSA-NULL-SHA",
    0x0003: "EXP-RC4-MD5",
    0x0006: "EXP-RC2-CBC-MD5",
    0x0008: "EXP-DES-CBC-SHA",
    0x0014: "EXP-EDH-RSA-DES-CBC-SHA",
    0x0004: "RC4-MD5",
    0x0005: "RC4-SHA",
    0xC007: "ECDHE-ECDSA-RC4-SHA",
    0xC011: "ECDHE-RSA-RC4-SHA",
    0x0009: "DES-CBC-SHA",
    0x0015: "EDH-RSA-DES-CBC-SHA",
    0x000A: "DES-CBC3-SHA",
    0x0016: "EDH-RSA-DES-CBC3-SHA",
    0xC008: "ECDHE-ECDSA-DES-CBC3-SHA",
    0xC012: "ECDHE-RSA-DES-CBC3-SHA",
}
# No certificate at all. Harmless where strangers would send in the clear otherwise, a fault where passwords
# travel.
ANONYMOUS_CIPHERS = {
    0x0018: "ADH-RC4-MD5",
    0x001B: "ADH-DES-CBC3-SHA",
    0x0034: "ADH-AES128-SHA",
    0x003A: "ADH-AES256-SHA",
    0x006C: "ADH-AES128-SHA256",
    0x006D: "ADH-AES256-SHA256",
    0x00A6: "ADH-AES128-GCM-SHA256",
    0x00A7: "ADH-AES256-GCM-SHA384",
    0xC018: "AECDH-AES128-SHA",
    0xC019: "AECDH-AES256-SHA",
}
_SIGNATURES = (0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
_GROUPS = (29, 23, 24, 25)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a hello offers: the highest version, cipher suites and compression methods, best first."""

    version: int
    ciphers: tuple[int, ...]
    compressions: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a server agreed to."""

    version: int
    cipher: int
    compression: int

    @property
    def version_name(self) -> str:
        return VERSIONS.get(self.version, f"0x{self.version:04x}")


OLD = Offer(TLS_1_1, OLD_CIPHERS)
WEAK = Offer(TLS_1_2, tuple(WEAK_CIPHERS))
WEAK_OR_ANONYMOUS = Offer(TLS_1_2, (*WEAK_CIPHERS, *ANONYMOUS_CIPHERS))
COMPRESSED = Offer(TLS_1_2, MODERN_CIPHERS, (DEFLATE, 0))


def cipher_name(number: int) -> str:
    """Return OpenSSL's name of a suite that ought to be refused."""
    return (WEAK_CIPHERS | ANONYMOUS_CIPHERS).get(number, f"0x{number:04x}")


def client_hello(offer: Offer, server_name: str, random: bytes) -> bytes:
    """Return the record that opens a handshake; *random* is 32 octets."""
    body = (
        _u16(offer.version)
        + random
        + b"\x00"  # no session to resume
        + _sized(b"".join(map(_u16, offer.ciphers)))
        + bytes([len(offer.compressions), *offer.compressions])
        + _sized(_extensions(offer, server_name))
    )
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + _sized(message)


def _extensions(offer: Offer, server_name: str) -> bytes:
    name = server_name.encode("ascii")
    extensions = {
        0: _sized(b"\x00" + _sized(name)),
        10: _sized(b"".join(map(_u16, _GROUPS))),
        11: b"\x01\x00",
        23: b"",
        0xFF01: b"\x00",
    }
    if offer.version >= TLS_1_2:
        extensions[13] = _sized(b"".join(map(_u16, _SIGNATURES)))
    return b"".join(_u16(kind) + _sized(content) for kind, content in extensions.items())


def record_length(header: bytes) -> int:
    """Return how many octets follow the five of a record's *header*."""
    return int.from_bytes(header[3:5], "big")


def server_choice(record: bytes) -> Choice | None:
    """Read the first record of an answer: what the server agreed to, or None if it refused (RFC 5246
    section 7.2).
    """
    if len(record) < 44 or record[0] != 0x16 or record[5] != 0x02:
        return None
    session = record[43]
    rest = record[44 + session :]
    if len(rest) < 3:
        return None
    return Choice(int.from_bytes(record[9:11], "big"), int.from_bytes(rest[0:2], "big"), rest[2])


def _u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _sized(content: bytes) -> bytes:
    return _u16(len(content)) + content
