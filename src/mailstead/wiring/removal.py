"""A whole platform removed from this machine, with nothing left behind: for demonstrations and tests."""

import shutil
from pathlib import Path

from mailstead.sites.files import read_platform

from .founding import PLATFORM_FILE
from .opening import open_platform, open_services


def remove_everything(home: Path, *, images: bool = False) -> str:
    """Remove machines, disks, networks, zones and services of the platform in *home*, and *home* itself.

    Works after a run that was killed anywhere; nothing there is no error. Returns what was kept: the cache of guest
    images, unless *images*. Raises HostClaimed, Superseded where a host is another's.
    """
    if not (home / PLATFORM_FILE).exists():
        shutil.rmtree(home, ignore_errors=True)
        return ""
    platform = read_platform(home / PLATFORM_FILE)
    services = open_services(home)
    services.start_hosts()
    for host in platform.hosts:
        services.claims.demand(host.name)
    with open_platform(home) as running:
        for ports in running.world.hosts.values():
            for name in ports.machines.machines():
                ports.machines.remove(name)
    services.stop(give_up=True)
    for host in platform.hosts:
        shutil.rmtree(host.local_folder, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    if not images:
        return str(platform.image.cache)
    shutil.rmtree(platform.image.cache, ignore_errors=True)
    return ""
