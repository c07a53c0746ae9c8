"""Checks that every store makes before it changes anything. Pure."""

from pathlib import PurePath

from .model import Allocation, DiskSmallerThanImage, NoDiskRoom, NoSuchImage, Volume, VolumeMoved, WouldShrink


def refuse_change(found: Volume, wanted: Volume) -> None:
    """Raise WouldShrink or VolumeMoved if *found* cannot become *wanted* with its data kept."""
    if (found.location, found.format) != (wanted.location, wanted.format):
        raise VolumeMoved(
            f"the {found.key} is {found.location} ({found.format}), not {wanted.location} ({wanted.format})",
            field="location",
            value=wanted.location,
            remedy="put the old place back into the allowance, or back up, remove and restore the disk",
        )
    if found.size_mib > wanted.size_mib:
        raise WouldShrink(
            f"the {found.key} has {found.size_mib} MiB and is never cut to {wanted.size_mib} MiB",
            field="disk_gib",
            value=wanted.size_mib,
            remedy=f"ask for at least {found.size_mib} MiB, or back up, remove and restore the disk",
        )


def refuse_small_overlay(wanted: Volume, image_mib: int) -> None:
    """Raise DiskSmallerThanImage if the image does not fit into the disk."""
    if wanted.size_mib < image_mib:
        raise DiskSmallerThanImage(
            f"the {wanted.key} is to have {wanted.size_mib} MiB, its image has {image_mib} MiB",
            field="size_mib",
            value=wanted.size_mib,
            remedy=f"give it at least {image_mib} MiB",
        )


IMAGE_HERE = "build it with `mailstead image build`, or correct `image` in the platform file"


def no_such_image(image: PurePath, remedy: str = IMAGE_HERE) -> NoSuchImage:
    """Return the error for an image that is not there; *remedy* says how it comes to where it should be."""
    return NoSuchImage(
        f"the image {image} is not there",
        field="image",
        value=image,
        remedy=remedy,
    )


def refuse_without_room(wanted: Volume, *, more_mib: int, free_mib: int, floor_mib: int) -> None:
    """Raise NoDiskRoom if *free_mib* cannot take *more_mib* (fixed) and still leave the floor."""
    need = floor_mib + (more_mib if wanted.allocation is Allocation.FIXED else 0)
    if free_mib < need:
        raise NoDiskRoom(
            f"no room for the {wanted.key}: {free_mib} MiB free, {need} MiB needed",
            field="disk_gib",
            value=wanted.size_mib,
            remedy="free room in the host's folder, ask for a smaller or dynamic disk, or place it elsewhere",
        )
