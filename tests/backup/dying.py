"""A target on which the process dies, or the world ends otherwise, at a write of one's choice."""

from collections.abc import Callable, Iterator

from mailstead.backup.port import Object, Target


class Died(BaseException):
    """The process is gone: nothing behind this line ran, no block was left in order."""


class DyingTarget:
    """Lets so many writes (creations and deletions) through; the next dies, before or *after* it took effect.

    `raises` makes the error instead of death; `writes` counts them; `lives` may be changed on the way.
    """

    def __init__(self, target: Target, lives: int | None = None, *, after: bool = False) -> None:
        self._target, self.lives, self._after = target, lives, after
        self.raises: Callable[[], BaseException] = Died
        self.writes = 0

    def create(self, name: str, content: bytes) -> None:
        self._write(lambda: self._target.create(name, content))

    def delete(self, name: str) -> None:
        self._write(lambda: self._target.delete(name))

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._target.read(name, offset, length)

    def list(self, prefix: str) -> Iterator[Object]:
        return self._target.list(prefix)

    def _write(self, act: Callable[[], None]) -> None:
        if self.lives is not None and self.writes >= self.lives:
            if self._after:
                act()
            raise self.raises()
        self.writes += 1
        act()


class HookedTarget:
    """Calls *before* with verb and name before every call: what another run does in between."""

    def __init__(self, target: Target, before: Callable[[str, str], None]) -> None:
        self._target, self.before = target, before

    def create(self, name: str, content: bytes) -> None:
        self.before("create", name)
        self._target.create(name, content)

    def delete(self, name: str) -> None:
        self.before("delete", name)
        self._target.delete(name)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        self.before("read", name)
        return self._target.read(name, offset, length)

    def list(self, prefix: str) -> Iterator[Object]:
        self.before("list", prefix)
        return self._target.list(prefix)
