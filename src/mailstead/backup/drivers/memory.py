"""A target in memory, with as much room as it is given."""

from collections.abc import Iterator
from threading import Lock

from mailstead.backup.errors import NoSuchObject, ObjectExists, TargetFull
from mailstead.backup.port import Object


class MemoryTarget:
    """Keeps objects until the process ends."""

    def __init__(self, room: int | None = None) -> None:
        self._objects: dict[str, bytes] = {}
        self.room = room
        self._lock = Lock()

    def create(self, name: str, content: bytes) -> None:
        with self._lock:
            if name in self._objects:
                raise ObjectExists(f"{name} is there already", field="object", value=name)
            if self.room is not None and sum(map(len, self._objects.values())) + len(content) > self.room:
                remedy = "give the target more room, or prune"
                raise TargetFull("there is no room for it", field="target", remedy=remedy)
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
