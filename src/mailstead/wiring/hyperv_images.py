"""Guest images on a Hyper-V host: each is a file in the host's folder of images, named by the image's id."""

from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath

from mailstead.hypervisors.model import FirmwareBoot
from mailstead.lifecycle.world import GuestImage
from mailstead.storage.model import Format

from .images import Images, MissingImage

LINUX = "MicrosoftUEFICertificateAuthority"  # the template of Secure Boot that lets Debian's loader start


@dataclass(frozen=True, slots=True)
class HostImages:
    """The images of this machine as they lie in *folder* on a host. A file there is never written twice."""

    built: Images
    folder: PureWindowsPath

    def image(self, base: PurePath | None) -> GuestImage:
        """Return the image whose system disk is *base*, or (None) the one for new machines; raise MissingImage."""
        manifest = self.built.manifest(base.stem if base else None)
        if "whole_mib" not in manifest:
            remedy = "make it: mailstead image build --vhdx"
            raise MissingImage("the image has no VHDX for Hyper-V hosts", field="image", remedy=remedy)
        place = self.folder / f"{Path(manifest['folder']).name}.{Format.VHDX}"
        return GuestImage(place, Format.VHDX, int(manifest["whole_mib"]), FirmwareBoot(LINUX))
