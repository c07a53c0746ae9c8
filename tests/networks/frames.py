"""Ethernet frames, honest and forged."""

import struct
from ipaddress import IPv4Address, IPv6Address

BROADCAST = "ff:ff:ff:ff:ff:ff"
ALL_NODES = "33:33:00:00:00:01"


def ethernet(source: str, target: str, kind: int, payload: bytes) -> bytes:
    return (_mac(target) + _mac(source) + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def tagged(frame: bytes, *vlans: int) -> bytes:
    tags = b"".join(struct.pack("!HH", 0x8100, vlan) for vlan in vlans)
    return frame[:12] + tags + frame[12:]


def arp(source: str, sender_mac: str, sender: object, target: object, *, reply: bool = False) -> bytes:
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2 if reply else 1)
    addresses = (_ipv4(sender), _ipv4(target))
    body = head + _mac(sender_mac) + addresses[0] + bytes(6) + addresses[1]
    return ethernet(source, BROADCAST, 0x0806, body)


def udp4(mac: str, source: object, target: object, ports: tuple[int, int], to_mac: str = BROADCAST) -> bytes:
    datagram = struct.pack("!HHHH", *ports, 12, 0) + b"test"
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, 0)
    head += _ipv4(source) + _ipv4(target)
    head = head[:10] + struct.pack("!H", _checksum(head)) + head[12:]
    return ethernet(mac, to_mac, 0x0800, head + datagram)


def udp6(mac: str, source: object, target: object, ports: tuple[int, int]) -> bytes:
    datagram = struct.pack("!HHHH", *ports, 12, 0) + b"test"
    return _ipv6((mac, source, target), 17, datagram, 6)


def icmp6(mac: str, source: object, target: object, body: bytes) -> bytes:
    return _ipv6((mac, source, target), 58, body, 2)


def router_advertisement(mac: str, source: object) -> bytes:
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    return icmp6(mac, source, "ff02::1", body)


def hidden_router_advertisement(mac: str, source: object) -> bytes:
    """Behind a destination options header (RFC 7113)."""
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    filled = _ipv6((mac, source, "ff02::1"), 58, body, 2)
    options = bytes((58, 0, 1, 4, 0, 0, 0, 0))
    length = struct.pack("!H", len(body) + len(options))
    return filled[:18] + length + bytes((60,)) + filled[21:54] + options + filled[54:]


def advertisement(mac: str, source: object, target: object, owner_mac: str) -> bytes:
    """Neighbour advertisement: *target* is at *owner_mac*."""
    body = struct.pack("!BBHI", 136, 0, 0, 0x60000000) + _address6(target)
    return icmp6(mac, source, "ff02::1", body + bytes((2, 1)) + _mac(owner_mac))


def solicitation(mac: str, source: object, target: object, asker_mac: str) -> bytes:
    body = struct.pack("!BBHI", 135, 0, 0, 0) + _address6(target)
    return icmp6(mac, source, "ff02::1", body + bytes((1, 1)) + _mac(asker_mac))


def _ipv6(ends: tuple[str, object, object], protocol: int, body: bytes, at: int) -> bytes:
    """Return the frame, with the checksum of *body* filled in *at*."""
    mac, source, target = ends
    addresses = _address6(source) + _address6(target)
    pseudo = addresses + struct.pack("!II", len(body), protocol)
    body = body[:at] + struct.pack("!H", _checksum(pseudo + body)) + body[at + 2 :]
    head = struct.pack("!IHBB", 0x60000000, len(body), protocol, 255) + addresses
    return ethernet(mac, ALL_NODES, 0x86DD, head + body)


def _checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(int(word) for word in struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _ipv4(address: object) -> bytes:
    return IPv4Address(str(address)).packed


def _address6(address: object) -> bytes:
    return IPv6Address(str(address)).packed
