"""A target in memory, with as much room as it is given."""

from collections.abc import Iterator
from threading import Lock

from mailstead.backup.errors import NoSuchObject, ObjectExists, TargetFull
from mailstead.backup.port import Object


class MemoryTarget:
    """Keeps objects until the process ends."""

    def __init__(self, room: int | None = None) -> None:
        self._objects: dict[str, bytes] = {}
        self._room = room
        self._lock = Lock()

    def create(self, name: str, content: bytes) -> None:
        with self._lock:
            if name in self._objects:
                raise ObjectExists(f"{name} is there already", field="object", value=name)
            held = sum(map(len, self._objects.values())) if self._room is not None else 0
            if self._room is not None and held + len(content) > self._room:
                raise TargetFull(f"no room for {name}", field="target", remedy="give the target more room, or prune")
            self._objects[name] = bytes(content)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        content = self._objects.get(name)
        if content is None:
            raise NoSuchObject(f"there is no {name}", field="object", value=name)
        return content[offset : None if length is None else offset + length]

    def list(self, prefix: str) -> Iterator[Object]:
        with self._lock:
            found = sorted(name for name in self._objects if name.startswith(prefix))
            objects = [Object(name, len(self._objects[name])) for name in found]
        yield from objects

    def delete(self, name: str) -> None:
        with self._lock:
            self._objects.pop(name, None)
