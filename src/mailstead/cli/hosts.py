"""mailstead host …"""

import typer

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.model import Room
from mailstead.tenants.model import Status

from . import claims, hosting, maintenance
from .face import face_of

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List hosts: what they have, what is promised on them, what runs."""
    face = face_of(context)
    with face.platform() as running:
        entries = running.world.tenants.all().values()
        closed = running.world.maintenance.all()
        rows = []
        for name, ports in running.world.hosts.items():
            machines: int | None
            try:
                room, machines = ports.machines.room(), len(ports.machines.machines())
            except MailsteadError:
                if name not in closed:
                    raise
                room, machines = Room(0, 0, 0), None  # it may be switched off
            mine = [
                entry.tenant for entry in entries if entry.host == name and entry.tenant.status is not Status.REMOVED
            ]
            rows.append(
                {
                    "host": name,
                    "driver": ports.host.driver,
                    "machines": machines,
                    "cores": room.cores,
                    "memory_mib": room.memory_mib,
                    "promised_mib": sum(tenant.allowance.memory_mib for tenant in mine),
                    "disk_free_mib": room.disk_free_mib,
                    "maintenance": str(closed.get(name, "")),
                }
            )
    columns = ("host", "driver", "machines", "cores", "memory_mib", "promised_mib", "disk_free_mib", "maintenance")
    face.rows("", rows, columns=columns, empty="no hosts in mailstead.toml")


@app.command()
def usage(context: typer.Context) -> None:
    """Show what running machines use: processor, memory, disk, network since their start."""
    face = face_of(context)
    with face.platform() as running:
        rows = [
            {
                "tenant": tenant,
                "host": name,
                "cpu_seconds": round(used.cpu_seconds, 1),
                "memory_mib": used.memory_used_mib,
                "disk_mib": used.disk_allocated_bytes >> 20,
                "received_mib": used.network_received_bytes >> 20,
                "sent_mib": used.network_sent_bytes >> 20,
            }
            for name, ports in running.world.hosts.items()
            for tenant, used in ports.machines.statistics().items()
        ]
    columns = ("tenant", "host", "cpu_seconds", "memory_mib", "disk_mib", "received_mib", "sent_mib")
    face.rows("", rows, columns=columns, empty="no machine runs")


for part in (claims, maintenance, hosting):
    part.register(app)
