"""What is refused at once, because the order would have to refuse it later. Pure."""

from collections.abc import Collection

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.ground.plans import compare
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import Entry


def refuse_loss(before: Tenant, after: Tenant, allow_loss: Collection[str]) -> None:
    """Raise UnsafePlan for mailboxes that would go and are not named as "mailbox ADDRESS"."""
    gone = {box.address for box in before.mailboxes} - {box.address for box in after.mailboxes}
    boxes = {f"mailbox {address}": address for address in gone}
    compare({}, boxes, loses=lambda address, _: f"all mail of {address}").refuse_if_unsafe(allow_loss)


def refuse_move(entry: Entry, wanted: Tenant) -> None:
    """Raise InvalidInput for a smaller disk, Conflict for another host, image or kind of mail disk."""
    before, after = entry.tenant.allowance, wanted.allowance
    if after.disk_gib < before.disk_gib:
        raise InvalidInput(
            f"the disk of {wanted.name} has {before.disk_gib} GiB and cannot shrink",
            field="allowance.disk_gib",
            value=after.disk_gib,
            remedy=f"give {before.disk_gib} or more",
        )
    if before.block_device != after.block_device:
        raise Conflict(
            f"the mail disk of {wanted.name} cannot move to another device",
            field="allowance.block_device",
            value=after.block_device or "a file",
            remedy=f"leave it at {before.block_device or 'a file'}",
        )
    image, other = (tenant.windows and tenant.windows.image for tenant in (entry.tenant, wanted))
    if image != other:
        raise Conflict(
            f"the system disk of {wanted.name} stands on {image or 'the appliance'}",
            field="windows.image",
            value=other or "the appliance",
            remedy="leave it, or add another tenant with that image",
        )
    if wanted.host and entry.host and wanted.host not in {entry.host, entry.tenant.host}:
        raise Conflict(
            f"{wanted.name} lives on {entry.host}, and a pin does not move it",
            field="host",
            value=wanted.host,
            remedy=f"mailstead machine move {wanted.name} --node {wanted.host}, or pin it to {entry.host}, or to none",
        )
