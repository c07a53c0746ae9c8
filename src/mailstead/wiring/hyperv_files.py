"""How files come to a Hyper-V host: through its share, or by an administrator's hand."""

from pathlib import Path, PureWindowsPath

from mailstead.backup.errors import PlaceDenied
from mailstead.hosting.endpoints import PASSWORDS, hyperv_of
from mailstead.remoting.cmdlets.hyperv import GetVHD
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host
from mailstead.storage.drivers.hand_files import HandFiles
from mailstead.storage.drivers.placing import place_image
from mailstead.storage.drivers.smb_files import Share, SmbFiles
from mailstead.storage.model import Told
from mailstead.storage.port import HostFiles

from .hyperv_ways import Ways
from .images import Images, MissingImage

_VHDX = "system.vhdx"


def host_files(ways: Ways, host: Host) -> HostFiles:
    """Return the folder of images on *host*; nothing is connected to before it is asked something."""
    settings = hyperv_of(host)
    if settings.share:
        return SmbFiles(_share(ways, host, settings.share))
    way = ways.to(host)
    return HandFiles(host.name, settings.images, lambda path: size_on(way, path))


def bring_image(files: HostFiles, images: Images, told: Told) -> str:
    """Bring the image for new machines there; return its name. Raises MissingImage, and what HostFiles raises."""
    manifest = images.manifest(None)
    vhdx = manifest["files"].get(_VHDX)
    if vhdx is None:
        remedy = "make it: mailstead image build --vhdx"
        raise MissingImage("the image has no VHDX for Hyper-V hosts", field="image", remedy=remedy)
    folder = Path(manifest["folder"])
    return place_image(files, folder / _VHDX, key=folder.name, sha256=vhdx["sha256"], told=told)


def disk_shares(ways: Ways, host: Host) -> dict[PureWindowsPath, Share]:
    """Return the shares through which disks are read and brought back, by their folders. Raises PlaceDenied."""
    settings = hyperv_of(host)
    if not settings.disks_share:
        remedy = f"share {host.folder} for mailstead's account, and name it as disks_share in mailstead.toml"
        raise PlaceDenied(f"{host.name} has no share of its disks", field="disks_share", value=host.name, remedy=remedy)
    named = {PureWindowsPath(host.folder): settings.disks_share, settings.images: settings.share}
    return {folder: _share(ways, host, share) for folder, share in named.items() if share}


def _share(ways: Ways, host: Host, folder: str) -> Share:
    """Come as the account that signs in at the host, or, where that needs no password, by Kerberos ticket."""
    settings = hyperv_of(host)
    if settings.sign_in in PASSWORDS:
        return Share(folder, settings.account, lambda: ways.password(host.name), "ntlm", settings.share_port)
    return Share(folder, sign_in="kerberos", port=settings.share_port)


def size_on(way: Remote, path: PureWindowsPath) -> int | None:
    """Return how many bytes a disk file has on the host; None if it is not there."""
    try:
        found = way.run(GetVHD(Path=(str(path),))).one("VirtualHardDisk")
    except NoSuchObject:
        return None
    return found.number("FileSize") if found else None
