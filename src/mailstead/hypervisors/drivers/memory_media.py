"""CD images in machines that are only thought of."""

from pathlib import PurePath

from mailstead.hypervisors.model import MissingFile, NoSuchMachine
from mailstead.hypervisors.port import Hypervisor


class MemoryMedia:
    """What lies in whose drive; every image is there but those in `missing`."""

    def __init__(self, host: Hypervisor) -> None:
        self._host = host
        self.inside: dict[str, PurePath] = {}
        self.missing: set[PurePath] = set()

    def insert(self, name: str, medium: PurePath) -> None:
        if name not in self._host.machines():
            raise NoSuchMachine(f"no machine of {name} is here", field="machine", value=name)
        if medium in self.missing:
            raise MissingFile(f"there is no {medium}", field="medium", value=medium, remedy="put it there")
        self.inside[name] = medium

    def eject(self, name: str) -> None:
        self.inside.pop(name, None)
