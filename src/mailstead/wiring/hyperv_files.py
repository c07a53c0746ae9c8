"""How files come to a Hyper-V host: through its share, or by an administrator's hand."""

from pathlib import Path, PureWindowsPath

from mailstead.hosting.endpoints import PASSWORDS, hyperv_of
from mailstead.remoting.cmdlets.hyperv import GetVHD
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host, HyperV
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
        return SmbFiles(_share(ways, host, settings))
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


def _share(ways: Ways, host: Host, settings: HyperV) -> Share:
    """Come as the account that signs in at the host, or, where that needs no password, by Kerberos ticket."""
    if settings.sign_in in PASSWORDS:
        return Share(settings.share, settings.account, lambda: ways.password(host.name), "ntlm")
    return Share(settings.share, sign_in="kerberos")


def size_on(way: Remote, path: PureWindowsPath) -> int | None:
    """Return how many bytes a disk file has on the host; None if it is not there."""
    try:
        found = way.run(GetVHD(Path=(str(path),))).one("VirtualHardDisk")
    except NoSuchObject:
        return None
    return found.number("FileSize") if found else None
