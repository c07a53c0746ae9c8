"""mailstead backup browse, mailstead restore mail | mailbox | file: single mails and files out of backups."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from mailstead.backup.model import Snapshot
from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.items.model import Damage
from mailstead.items.search import Query
from mailstead.orders.model import Json
from mailstead.salvage.days import parse_moment
from mailstead.salvage.looking import At
from mailstead.salvage.model import Choice, Hit, Report
from mailstead.salvage.packing import Form
from mailstead.security.audit import Act
from mailstead.wiring import Running

from . import show
from .face import Face, NoWait, face_of

T = TypeVar("T")
SOME_FAILED = 3

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
AsOf = Annotated[
    str, typer.Option("--at", metavar="DATE", help="The newest backup that is not later: 2026-11-03[T12:00].")
]
Number = Annotated[int | None, typer.Option("--snapshot", min=1, help="Number of a backup.")]
Whose = Annotated[str, typer.Option("--mailbox", metavar="ADDRESS", help="Whose mail.")]
FolderName = Annotated[str, typer.Option("--folder", help="Only this folder.")]
Into = Annotated[str, typer.Option("--into", metavar="FOLDER", help="Where to; else Restored/DATE-OF-THE-BACKUP.")]
OldFolder = Annotated[bool, typer.Option("--old-folder", help="Each mail to the folder that it was in.")]
ToMailbox = Annotated[str, typer.Option("--to-mailbox", metavar="ADDRESS", help="Whose they become; else the same.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write a new file instead: .eml, .mbox or .zip.")
]


def browse(
    context: typer.Context,
    name: Name,
    at: AsOf = "",
    snapshot: Number = None,
    address: Whose = "",
    folder: FolderName = "",
    sender: Annotated[str, typer.Option(help="Mails whose sender holds this.")] = "",
    recipient: Annotated[str, typer.Option(help="Mails whose recipients hold this.")] = "",
    subject: Annotated[str, typer.Option("--search", "--subject", help="Mails whose subject holds this.")] = "",
    since: Annotated[str, typer.Option(metavar="DATE", help="Mails that arrived on this day or later.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Mails that arrived before.")] = "",
    everywhere: Annotated[bool, typer.Option("--all", help="In all backups: since when is a mail gone?")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many mails at most.")] = 50,
) -> None:
    """Look into a backup: mailboxes, the folders of --mailbox, or its mails by folder, sender, subject and date."""
    face = face_of(context)
    with face.platform() as running:
        zone = running.salvage.zone(name)
        when, days = _when(at, snapshot, zone), (parse_moment(since, zone), parse_moment(until, zone))
        query = Query(folder, sender, recipient, subject, *days)
        if address and (everywhere or query != Query()):
            _show_mails(face, running, (name, address), (query, when, limit), everywhere=everywhere)
        else:
            _show_rooms(face, running, name, address, when)


def mail(
    context: typer.Context,
    name: Name,
    ids: Annotated[list[str], typer.Option("--id", metavar="ID", help="Which, as browse tells. Repeatable.")],
    address: Whose,
    at: AsOf = "",
    snapshot: Number = None,
    into: Into = "",
    old_folder: OldFolder = False,
    to_mailbox: ToMailbox = "",
    out: Out = None,
    no_wait: NoWait = False,
) -> None:
    """Give single mails of a backup back, with their flags and dates; a mail that is there is not doubled."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        found = _asked(running, name, at, snapshot)
        into = _target(running, name, found, into, old=old_folder)
        choice = Choice(found.number, address, "", tuple(ids), into, to_mailbox)
        _give(face, running, name, choice, out, wait=not no_wait)


def mailbox(
    context: typer.Context,
    name: Name,
    address: Whose,
    folder: FolderName = "",
    at: AsOf = "",
    snapshot: Number = None,
    into: Into = "",
    old_folder: OldFolder = False,
    to_mailbox: ToMailbox = "",
    out: Out = None,
    no_wait: NoWait = False,
) -> None:
    """Give a mailbox of a backup back, or one folder of it."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        found = _asked(running, name, at, snapshot)
        into = _target(running, name, found, into, old=old_folder)
        choice = Choice(found.number, address, folder, (), into, to_mailbox)
        _give(face, running, name, choice, out, wait=not no_wait)


def file(
    context: typer.Context,
    name: Name,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Its path within its file system.")],
    at: AsOf = "",
    snapshot: Number = None,
    disk: Annotated[str, typer.Option(help="system or data; else any.")] = "",
    to: Annotated[str, typer.Option("--to", metavar="PLACE", help="Write it into the machine, for root alone.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write a new file here.")] = None,
    no_wait: NoWait = False,
) -> None:
    """Get one file out of a backup: into the machine (--to), or here (--out)."""
    if bool(to) == bool(out):
        raise typer.BadParameter("say either --to or --out")
    face = face_of(context)
    with face.platform(worker=not no_wait and out is None) as running:
        number = _asked(running, name, at, snapshot).number
        if out:
            _told(running, Act("backup.file", name, path, {"snapshot": number}), lambda: None)
            _write(face, out, running.salvage.file(name, number, path, disk))
        else:
            face.follow(running, running.salvage.put_file(name, number, path, to, disk), wait=not no_wait)


def _give(face: Face, running: Running, name: str, choice: Choice, out: Path | None, *, wait: bool) -> None:
    if out:
        _told(running, Act("backup.open", name, choice.mailbox, choice.as_inputs()), lambda: None)
        return _write(face, out, running.salvage.download(name, choice, _form(out)))
    order = running.salvage.give_back(name, choice)
    face.follow(running, order, wait=wait)
    if wait:
        _show_report(face, running.desk.show(order).report, choice)
    return None


def _show_report(face: Face, told: Json, choice: Choice) -> None:
    """Show what became of the mails; leave with a status of its own if some could not be given back."""
    report = Report.from_json(told)
    if not face.json:
        where = f"{choice.into or 'their old folders'}{f' of {choice.to}' if choice.to else ''}"
        show.fields(
            {"created": report.created, "merged": report.merged, "skipped": report.skipped, "failed": report.failed}
        )
        face.say(f"{report.done} of {report.of} mails of {choice.mailbox}, in {where}")
        _show_damage((*report.failures, *report.damage))
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def _show_rooms(face: Face, running: Running, name: str, address: str, when: At) -> None:
    snapshot, rooms, damage = running.salvage.shelves.rooms(name, when, address)
    zone = running.salvage.zone(name)
    title = "" if face.json else f"{snapshot}, taken {snapshot.taken.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
    rows = [
        {"mailbox": room.mailbox} | ({"folder": room.folder, "mails": room.mails} if address else {}) for room in rooms
    ]
    columns = ("folder", "mails") if address else ("mailbox",)
    face.rows(title, rows, columns=columns, empty="no mail in it")
    _show_damage(damage)


def _show_mails(
    face: Face, running: Running, whose: tuple[str, str], asked: tuple[Query, At, int], *, everywhere: bool
) -> None:
    (name, address), (query, when, limit), shelves = whose, asked, running.salvage.shelves
    act = Act("backup.search", name, address, {"at": str(when or ""), "all": everywhere})
    if everywhere:
        found = _told(running, act, lambda: shelves.search_all(name, address, query, limit))
    else:
        found = _told(running, act, lambda: shelves.search(name, when, address, query, limit))
    columns = ("arrived", "folder", "from", "subject", *(("backups", "gone") if everywhere else ("flags",)), "id")
    zone = running.salvage.zone(name)
    title = "" if face.json else f"times of {zone.key}"
    spelt = partial(_spelt, zone=zone, whole=face.json)
    face.rows(title, [_row(hit, spelt) for hit in found.hits], columns=columns, empty="no such mail")
    if found.more and not face.json:
        face.say(f"and more: --limit {limit * 4}")
    _show_damage(found.damage)


def _spelt(moment: datetime, zone: ZoneInfo, *, whole: bool) -> str:
    """Return a moment for programs, with its offset, or for people, whom the title tells the zone."""
    there = moment.astimezone(zone)
    return there.isoformat(timespec="seconds") if whole else f"{there:%Y-%m-%d %H:%M}"


def _row(hit: Hit, spelt: Callable[[datetime], str]) -> dict[str, Any]:
    message, headers = hit.message, hit.headers
    return {
        "arrived": spelt(message.arrived),
        "folder": message.folder,
        "from": headers.sender if headers else "",
        "subject": headers.subject if headers else "(cannot be read)",
        "flags": " ".join(sorted(message.flags)),
        "backups": f"{hit.first.number}-{hit.last.number}",
        "gone": spelt(hit.gone) if hit.gone else "",
        "id": message.guid,
    }


def _show_damage(damage: tuple[Damage, ...] | list[Damage]) -> None:
    for one in damage:
        show.err.print(f"cannot be read: {one}", markup=False)


def _told(running: Running, act: Act, do: Callable[[], T]) -> T:
    """Tell the trail first: what somebody else was written is looked at."""
    return running.trail.telling(act, do)


def _write(face: Face, place: Path, pieces: Iterator[bytes]) -> None:
    """Write a new file for ourselves alone; nothing stays of one that could not be written whole."""
    first = next(pieces, b"")  # what is refused is refused before there is a file
    try:
        made = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        remedy = "give another name, or take it away first"
        raise Conflict(f"{place} is there already", field="out", value=place, remedy=remedy) from error
    try:
        with os.fdopen(made, "wb") as written:
            written.write(first)
            for piece in pieces:
                written.write(piece)
    except BaseException:
        place.unlink()
        raise
    face.say(f"{place}: {place.stat().st_size} bytes", file=str(place), bytes=place.stat().st_size)


def _form(place: Path) -> Form:
    try:
        return Form(place.suffix.removeprefix(".").lower())
    except ValueError as error:
        raise InvalidInput(f"{place} ends in no known way", field="out", remedy="use .eml, .mbox or .zip") from error


def _target(running: Running, name: str, found: Snapshot, into: str, *, old: bool) -> str:
    return "" if old else into or running.salvage.restored_folder(name, found)


def _asked(running: Running, name: str, at: str, snapshot: int | None) -> Snapshot:
    """Return the backup that is meant."""
    return running.salvage.version(name, _when(at, snapshot, running.salvage.zone(name)))


def _when(at: str, snapshot: int | None, zone: ZoneInfo) -> At:
    return snapshot or parse_moment(at, zone, end=True)
