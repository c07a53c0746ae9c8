"""Logical volumes of LVM2: which bytes of the disk each is made of (lvm2, lib/format_text/layout.h)."""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, DamagedDisk, UnsupportedDisk, named
from mailstead.items.model import Damage, Extent, Partition

from .lvm_text import Section, Value, parse
from .parts import Part

_SECTOR = 512
_LABEL, _TYPE, _MAGIC = b"LABELONE", b"LVM2 001", b" LVM2 x[5A%r0N*>"
_START = 0xF597A6CF
_TEXT_MOST = 16 << 20


@dataclass(frozen=True, slots=True)
class _Physical:
    """A physical volume: where it lies on the disk, and the newest metadata it keeps."""

    identity: str
    extents: tuple[Extent, ...]
    text: str


def is_physical(part: Blocks) -> bool:
    """Say whether this is a physical volume of LVM2."""
    return bool(_label(part))


def logical_volumes(disk: Blocks, members: tuple[Partition, ...], damage: list[Damage]) -> tuple[Partition, ...]:
    """Return the logical volumes on those partitions; what cannot be read here is added to *damage*."""
    physical: list[_Physical] = []
    for member in members:
        try:
            physical.append(_physical(Part(disk, member.extents), member))
        except UNREADABLE as error:
            damage.append(named(member.name or "disk", error))
    places = {volume.identity: volume.extents for volume in physical}
    groups: Section = {}
    for volume in physical:
        try:
            groups.update({name: group for name, group in parse(volume.text).items() if isinstance(group, dict)})
        except DamagedDisk as error:
            damage.append(named("volume group", error))
    return tuple(found for name, group in sorted(groups.items()) for found in _group(name, group, places, damage))


def _group(
    name: str, group: Value, places: Mapping[str, tuple[Extent, ...]], damage: list[Damage]
) -> Iterator[Partition]:
    for volume, described in sorted(_section(_section(group).get("logical_volumes", {})).items()):
        path = f"{name}/{volume}"
        try:
            yield Partition(path, tuple(_extents(_section(group), _section(described), places)))
        except (*UNREADABLE, KeyError, ValueError) as error:
            damage.append(named(path, error))


def _extents(group: Section, volume: Section, places: Mapping[str, tuple[Extent, ...]]) -> Iterator[Extent]:
    """Yield the runs of bytes of a logical volume, on the disk as a whole."""
    unit = _number(group, "extent_size") * _SECTOR
    known = _section(group["physical_volumes"])
    segments = [_section(volume[f"segment{number + 1}"]) for number in range(_number(volume, "segment_count"))]
    for segment in sorted(segments, key=lambda segment: _number(segment, "start_extent")):
        if segment.get("type") != "striped" or _number(segment, "stripe_count") != 1:
            raise UnsupportedDisk(f"a logical volume of type {segment.get('type')}", field="type")
        stripes = segment["stripes"]
        if not isinstance(stripes, list) or len(stripes) < 2:
            raise DamagedDisk("a segment of a logical volume names no place")
        member = _section(known[str(stripes[0])])
        start = _number(member, "pe_start") * _SECTOR + int(str(stripes[1])) * unit
        yield from _within(places, member, start, _number(segment, "extent_count") * unit)


def _within(places: Mapping[str, tuple[Extent, ...]], member: Section, start: int, length: int) -> Iterator[Extent]:
    extents = places.get(str(member["id"]).replace("-", ""))
    if extents is None:
        raise UnsupportedDisk("a part of this logical volume lies on another disk", field="disk")
    if start < 0 or start + length > extents[0].length:
        raise DamagedDisk("a logical volume ends behind its physical volume")
    yield Extent(extents[0].offset + start, length)


def _physical(part: Blocks, member: Partition) -> _Physical:
    raw = _label(part)
    header = int.from_bytes(raw[20:24], "little")
    texts = (_text(part, start) for start in _metadata_areas(raw[header + 40 :]))
    return _Physical(
        raw[header : header + 32].decode("ascii", "replace"), member.extents, next(filter(None, texts), "")
    )


def _label(part: Blocks) -> bytes:
    """Return the sector with the label; it is one of the first four."""
    head = part.read(0, 4 * _SECTOR)
    sectors = (head[place : place + _SECTOR] for place in range(0, len(head), _SECTOR))
    return next((raw for raw in sectors if raw[:8] == _LABEL and raw[24:32] == _TYPE), b"")


def _metadata_areas(raw: bytes) -> Iterator[int]:
    """Yield where each metadata area begins: behind the list of the data areas, which a pair of zeros ends."""
    pairs = struct.iter_unpack("<QQ", raw[: len(raw) // 16 * 16])
    for start, _ in pairs:
        if not start:
            break
    for start, _ in pairs:
        if not start:
            return
        yield start


def _text(part: Blocks, area: int) -> str:
    """Return the newest metadata of an area: a ring behind a header of one sector. Empty where there are none."""
    head = part.read(area, _SECTOR)
    if len(head) < _SECTOR or head[4:20] != _MAGIC or _crc(head[4:]) != int.from_bytes(head[:4], "little"):
        raise DamagedDisk("the header of the metadata of a volume group is damaged")
    size, offset, length, crc = struct.unpack_from("<32xQQQI", head)
    if not length or length > _TEXT_MOST:
        return ""
    first = min(length, size - offset)
    raw = part.read(area + offset, first) + part.read(area + _SECTOR, length - first)
    if _crc(raw) != crc:
        raise DamagedDisk("the metadata of a volume group is damaged")
    return raw.rstrip(b"\0").decode(errors="replace")


def _crc(raw: bytes) -> int:
    return zlib.crc32(raw, _START ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def _section(value: Value) -> Section:
    if not isinstance(value, dict):
        raise DamagedDisk("the metadata of a volume group lacks a section")
    return value


def _number(section: Section, key: str) -> int:
    found = str(section.get(key, ""))
    if not re.fullmatch(r"\d{1,18}", found):
        raise DamagedDisk(f"the metadata of a volume group lacks {key}")
    return int(found)
