"""mailstead backup …"""

from datetime import datetime
from typing import Annotated, Any

import typer

from mailstead.backup.model import Hold, Snapshot
from mailstead.backup.plan import Judgement
from mailstead.ground.rhythms import Rhythm
from mailstead.protection.schedule import is_overdue, next_begin
from mailstead.protection.watch import candidates
from mailstead.security.audit import Act
from mailstead.wiring import Running

from . import backup_targets, salvage, show
from .attach import attach
from .face import NoWait, Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)
app.add_typer(backup_targets.app, name="target", help="Where backups are kept: folders, buckets that speak S3.")
app.add_typer(
    backup_targets.keys, name="keys", help="Keys, for the day on which there is no mailstead to restore with."
)
app.command()(salvage.browse)
app.command()(attach)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
Number = Annotated[int, typer.Argument(metavar="SNAPSHOT", min=1, help="Its number, as in mailstead backup list.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]


@app.command()
def run(
    context: typer.Context,
    name: Name,
    rhythm: Annotated[
        Rhythm | None, typer.Option("--kind", help="Which changes are read; else as the rules say.")
    ] = None,
    no_wait: NoWait = False,
) -> None:
    """Back a tenant's disks up now: what changed since the last time is read, and what is kept is whole by itself."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        order = running.protection.run(name, rhythm)
        face.follow(running, order, wait=not no_wait)
        if not no_wait and not face.json:
            _say_made(running, order)


@app.command("list")
def list_(context: typer.Context, name: Annotated[str | None, typer.Argument(metavar="TENANT")] = None) -> None:
    """List a tenant's backups, the oldest first; without a tenant say of all how they are protected."""
    face = face_of(context)
    with face.platform() as running:
        if name is None:
            rows = _overview(running)
            columns = ("tenant", "target", "last_good", "snapshot", "next", "overdue", "trouble")
            return face.rows("", rows, columns=columns, empty="no tenant has a place yet")
        held = {hold.snapshot: hold for hold in running.protection.holds(name)}
        rows = [_row(judged, held.get(judged.snapshot.number)) for judged in running.protection.judged(name)]
    columns = ("snapshot", "taken", "kind", "consistency", "gib", "kept_as", "hold")
    return face.rows("", rows, columns=columns, empty=f"there is no backup of {name}")


@app.command("show")
def show_(context: typer.Context, name: Name, number: Number) -> None:
    """Show a backup: its disks, upon what it builds, which order made it."""
    face = face_of(context)
    with face.platform() as running:
        found = running.protection.snapshot(name, number)
        holds = [hold for hold in running.protection.holds(name) if hold.snapshot == number]
    face.value(
        {
            "tenant": name,
            "snapshot": found.number,
            "taken": _when(found.taken),
            "kind": found.kind.value,
            "changes_since": found.base,
            "consistency": found.consistency.value,
            "order": found.run,
            "disks": [f"{disk.name} {disk.size} bytes" for disk in found.disks],
            "holds": [f"{hold.reason} ({hold.by}, {_when(hold.at)})" for hold in holds],
        }
    )


@app.command()
def verify(
    context: typer.Context,
    name: Name,
    full: Annotated[bool, typer.Option("--full", help="Read everything; else the part that is today's.")] = False,
    no_wait: NoWait = False,
) -> None:
    """Check that backups can be read as they were written; damage is named with what it costs."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        parts = 1 if full else running.protection.rules(name).verify_days
        face.follow(running, running.protection.verify(name, parts), wait=not no_wait)


@app.command()
def drill(
    context: typer.Context,
    name: Name,
    number: Annotated[int | None, typer.Option("--snapshot", min=1, help="Which; else the newest.")] = None,
    no_wait: NoWait = False,
) -> None:
    """Try a backup out: a machine that nothing reaches is started from it, has to serve mail, and goes again."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        order = running.protection.drill(name, number)
        face.follow(running, order, wait=not no_wait)
        report = running.desk.show(order).report
        if report.get("served") and not face.json:
            face.say(f"mail is served from snapshot {report['snapshot']} of {name} after {report['seconds']:.0f} s")
            if report["mailbox"]:
                face.say(f"{report['mailbox']} was signed in to, and has {report['mails']} mails")


@app.command()
def prune(
    context: typer.Context, name: Name, dry_run: DryRun = False, yes: Yes = False, no_wait: NoWait = False
) -> None:
    """Remove the backups that the rules give up. What a hold lies on stays."""
    face = face_of(context)
    with face.platform(worker=not (no_wait or dry_run)) as running:
        judged = running.protection.judged(name)
        gone = [one.snapshot for one in judged if not one.kept]
        if dry_run or not face.json:
            rows = [_row(one, None) for one in judged]
            face.rows("", rows, columns=("snapshot", "taken", "kind", "kept_as"), empty=f"there is no backup of {name}")
        if dry_run or not gone:
            return
        confirm(f"Remove {len(gone)} of {len(judged)} backups of {name}?", yes=yes or face.json)
        order = running.protection.prune(name, [snapshot.number for snapshot in gone])
        face.follow(running, order, wait=not no_wait)


@app.command()
def collect(context: typer.Context, name: Name, no_wait: NoWait = False) -> None:
    """Free the room that no backup needs any more: what one call condemns, a later one deletes."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        face.follow(running, running.protection.collect(name), wait=not no_wait)


@app.command()
def hold(
    context: typer.Context,
    name: Name,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why: whoever wonders later reads it.")],
) -> None:
    """Lay a legal hold on a backup: it stays until that is lifted, whatever the rules say."""
    face = face_of(context)
    with face.platform() as running:
        act = Act("backup.hold", name, f"snapshot {number}", {"reason": reason})
        by = running.trail.actor
        made = running.trail.telling(act, lambda: running.protection.hold(name, number, reason=reason, by=by))
    face.say(f"a hold lies on snapshot {number} of {name}", tenant=name, snapshot=made.snapshot, reason=reason)


@app.command()
def release(context: typer.Context, name: Name, number: Number, yes: Yes = False) -> None:
    """Lift all holds on a backup: from then on the rules may give it up."""
    face = face_of(context)
    with face.platform() as running:
        confirm(f"Lift the holds on snapshot {number} of {name}?", yes=yes or face.json)
        act = Act("backup.release", name, f"snapshot {number}")
        running.trail.telling(act, lambda: running.protection.release(name, number))
    face.say(f"no hold lies on snapshot {number} of {name} any more", tenant=name, snapshot=number)


def _overview(running: Running) -> list[dict[str, Any]]:
    now = running.world.clock.now()
    return [
        {
            "tenant": one.tenant,
            "target": one.rules.target or None,
            "last_good": _when(one.known.good),
            "snapshot": one.known.snapshot or None,
            "next": _when(next_begin(one, now)),
            "overdue": is_overdue(one, now),
            "trouble": one.known.damage or one.known.failure,
        }
        for one in candidates(running.protection, running.desk)
    ]


def _row(judged: Judgement, held: Hold | None) -> dict[str, Any]:
    snapshot: Snapshot = judged.snapshot
    return {
        "snapshot": snapshot.number,
        "taken": _when(snapshot.taken),
        "kind": snapshot.kind.value,
        "consistency": snapshot.consistency.value,
        "gib": round(sum(disk.size for disk in snapshot.disks) / (1 << 30), 1),
        "kept_as": ", ".join(judged.reasons) or "(goes with the next prune)",
        "hold": held.reason if held else "",
    }


def _say_made(running: Running, order: str) -> None:
    report = running.desk.show(order).report
    if "snapshot" in report:
        read, added = report["read_bytes"] / (1 << 20), report["added_bytes"] / (1 << 20)
        show.out.print(
            f"snapshot {report['snapshot']} ({report['kind']}, {report['consistency']} consistent): "
            f"{read:.1f} MiB read, {added:.1f} MiB added"
        )
        for remark in report["remarks"]:
            show.out.print(f"  note: {remark}")


def _when(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else None
