"""mailstead tenant …"""

from typing import Annotated, Any

import typer

from mailstead.networks.model import Numbers
from mailstead.tenants.changes import resized, ruled
from mailstead.tenants.files import as_toml
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import Entry

from . import show
from .face import NoWait, Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
Vcpus = Annotated[int | None, typer.Option(help="Virtual processors.")]
Memory = Annotated[int | None, typer.Option("--memory-mib", help="Memory in MiB.")]
Disk = Annotated[int | None, typer.Option("--disk-gib", help="Size of the mail disk in GiB; it can only grow.")]

Bandwidth = Annotated[
    int | None, typer.Option("--bandwidth-mbit", help="What the machine may send, in Mbit/s; 0: no limit.")
]
Iops = Annotated[
    int | None,
    typer.Option("--disk-iops", help="Operations a second of each disk, counted in blocks of 8 KiB; 0: no limit."),
]
Nested = Annotated[
    bool | None, typer.Option("--nested/--no-nested", help="Let the machine run machines of its own (restarts it).")
]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    domain: Annotated[list[str], typer.Option(help="Mail domain; the first names the mail host. Repeatable.")],
    vcpus: Vcpus = None,
    memory_mib: Memory = None,
    disk_gib: Disk = None,
    bandwidth_mbit: Bandwidth = None,
    disk_iops: Iops = None,
    nested: Nested = None,
    host: Annotated[str | None, typer.Option(help="Place the machine on this host.")] = None,
    no_wait: NoWait = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
) -> None:
    """Bring a new tenant into service: machine, network, zone, certificate, mail server.

    Example: mailstead tenant add acme --domain acme.example --memory-mib 1024
    """
    face = face_of(context)
    limits = {"bandwidth_mbit": bandwidth_mbit, "disk_iops": disk_iops, "nested": nested}
    sizes = {"vcpus": vcpus, "memory_mib": memory_mib, "disk_gib": disk_gib, **limits}
    tenant = Tenant.parse(
        {
            "name": name,
            "domains": [{"name": text} for text in domain],
            "allowance": {key: value for key, value in sizes.items() if value is not None},
            "host": host,
        }
    )
    with face.platform(worker=not no_wait and not dry_run) as running:
        if dry_run:
            plan = running.lifecycle.planner.preview(Entry(tenant, 1, "command", None, None))
            return show.as_json(plan.as_dict()) if face.json else show.plans([plan])
        order = running.lifecycle.add(tenant)
        face.follow(running, order, wait=not no_wait, tenant=name)
        if not no_wait and not face.json:
            show.out.print(f"\n{name} is in service. Next: mailstead mailbox add someone@{tenant.primary_domain}")
    return None


@app.command("list")
def list_(context: typer.Context) -> None:
    """List all tenants."""
    face = face_of(context)
    with face.platform() as running:
        numbers = running.world.numbers.all()
        rows = [_row(entry, numbers.get(name)) for name, entry in running.world.tenants.all().items()]
    columns = ("tenant", "status", "domains", "mailboxes", "host", "vlan", "address", "vcpus", "memory_mib", "disk_gib")
    face.rows("", rows, columns=columns, empty="no tenants yet: mailstead tenant add NAME --domain DOMAIN")


@app.command("show")
def show_(
    context: typer.Context,
    name: Name,
    as_file: Annotated[bool, typer.Option("--toml", help="Print the file that says this tenant.")] = False,
) -> None:
    """Show a tenant: what is wanted, and which numbers it has."""
    face = face_of(context)
    with face.platform() as running:
        entry = running.world.tenants.get(name)
        if as_file:
            typer.echo(as_toml(entry.tenant), nl=False)
            return
        face.value(_row(entry, running.world.numbers.of(name)) | {"mail_host": entry.tenant.mail_host})


@app.command()
def resize(
    context: typer.Context,
    name: Name,
    vcpus: Vcpus = None,
    memory_mib: Memory = None,
    disk_gib: Disk = None,
    bandwidth_mbit: Bandwidth = None,
    disk_iops: Iops = None,
    nested: Nested = None,
    no_wait: NoWait = False,
) -> None:
    """Change processors, memory, disk or limits while the machine runs and mail keeps flowing."""
    face = face_of(context)
    limits = {"bandwidth_mbit": bandwidth_mbit, "disk_iops": disk_iops, "nested": nested}
    sizes = {"vcpus": vcpus, "memory_mib": memory_mib, "disk_gib": disk_gib, **limits}
    with face.platform(worker=not no_wait) as running:
        order = running.lifecycle.change(name, lambda tenant: resized(tenant, **sizes))
        face.follow(running, order, wait=not no_wait)


@app.command("self-service")
def self_service(
    context: typer.Context,
    name: Name,
    aliases: Annotated[int | None, typer.Option(help="How many of their own users may make, each.")] = None,
    forwarding: Annotated[
        str | None, typer.Option(help="Where mail may be forwarded to: anywhere, own-domains or off.")
    ] = None,
    restore_days: Annotated[
        int | None, typer.Option(help="How far back they may bring deleted mail of their own back; 0: not at all.")
    ] = None,
    no_wait: NoWait = False,
) -> None:
    """Say what mailbox users may do themselves."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        rules = {"aliases": aliases, "forwarding": forwarding, "restore_days": restore_days}
        order = running.lifecycle.change(name, lambda tenant: ruled(tenant, **rules))
        face.follow(running, order, wait=not no_wait)


@app.command()
def suspend(context: typer.Context, name: Name, no_wait: NoWait = False) -> None:
    """Refuse the tenant's mail for now (4xx: senders try again); all data stay."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        face.follow(running, running.lifecycle.suspend(name), wait=not no_wait)


@app.command()
def resume(context: typer.Context, name: Name, no_wait: NoWait = False) -> None:
    """Bring a suspended tenant back into service, or a removed one within its grace time."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        face.follow(running, running.lifecycle.resume(name), wait=not no_wait)


@app.command()
def remove(context: typer.Context, name: Name, yes: Yes = False, no_wait: NoWait = False) -> None:
    """Take a tenant out of service; its disks are kept for the grace time (undo: tenant resume)."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        days = running.platform.grace_days
        confirm(f"Take {name} out of service? Its disks are kept for {days} days.", yes=yes)
        face.follow(running, running.lifecycle.remove(name), wait=not no_wait)


@app.command()
def purge(
    context: typer.Context,
    name: Name,
    confirmed: Annotated[
        str, typer.Option("--confirm", metavar="TENANT", help="The name again, in place of asking.")
    ] = "",
    now: Annotated[bool, typer.Option("--now", help="Even within the grace time.")] = False,
    no_wait: NoWait = False,
) -> None:
    """Destroy a removed tenant's disks, keys and numbers. There is no way back."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        running.world.tenants.get(name)
        typed = confirmed or typer.prompt(f"All mail of {name} will be destroyed. Type its name to confirm")
        if typed != name:
            raise typer.Abort
        face.follow(running, running.lifecycle.purge(name, early=now), wait=not no_wait)


def _row(entry: Entry, numbers: Numbers | None) -> dict[str, Any]:
    tenant = entry.tenant
    return {
        "tenant": tenant.name,
        "status": tenant.status.value,
        "domains": [domain.name for domain in tenant.domains],
        "mailboxes": len(tenant.mailboxes),
        "host": entry.host,
        "vlan": numbers.vlan if numbers else None,
        "address": str(numbers.public_ipv4) if numbers else None,
        "address_ipv6": str(numbers.public_ipv6) if numbers else None,
        "vcpus": tenant.allowance.vcpus,
        "memory_mib": tenant.allowance.memory_mib,
        "disk_gib": tenant.allowance.disk_gib,
        "bandwidth_mbit": tenant.allowance.bandwidth_mbit,
        "disk_iops": tenant.allowance.disk_iops,
        "nested": tenant.allowance.nested,
        "revision": entry.revision,
        "removed_at": entry.removed_at.isoformat() if entry.removed_at else None,
    }
