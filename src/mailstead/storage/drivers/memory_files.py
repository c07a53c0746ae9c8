"""A host's folder in memory."""

from hashlib import sha256 as hashed
from pathlib import Path

from mailstead.storage.model import FileBusy, ForeignData, NotTheContent, Told, plain_name


class MemoryFiles:
    """Passes the contract without a host; *held* are the names that a machine is using."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.held: set[str] = set()

    def size(self, name: str) -> int | None:
        found = self.files.get(plain_name(name))
        return None if found is None else len(found)

    def place(self, name: str, source: Path, *, sha256: str, told: Told) -> None:
        content = source.read_bytes()
        if self.size(name) is None:
            if hashed(content).hexdigest() != sha256:
                raise NotTheContent(f"what was to become {name} is not what was meant", field="source")
            self.files[name] = content
            told(len(content), len(content))
        elif self.size(name) != len(content):
            raise ForeignData(f"{name} is there with another size", field="name", value=name)

    def remove(self, name: str) -> None:
        if plain_name(name) in self.held:
            raise FileBusy(f"a machine holds {name}", field="name", value=name)
        self.files.pop(name, None)
