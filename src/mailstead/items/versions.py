"""One mailbox over several backups: which there was at a moment, and what became of each mail. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from .errors import NoSuchMail
from .model import Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """Something as it was at a moment: a disk, or the messages of a mailbox."""

    at: datetime
    what: T


@dataclass(frozen=True, slots=True)
class Life:
    """A mail over the backups: in which it was first and last, as it was in the last; `gone` since the next one."""

    message: Message
    first: datetime
    last: datetime
    gone: datetime | None


def as_of(versions: Iterable[Version[T]], moment: datetime) -> Version[T]:
    """Return the newest version that is not later than *moment*. Raises NoSuchMail when all are later."""
    earlier = [version for version in versions if version.at <= moment]
    if not earlier:
        raise NoSuchMail(f"no backup is as old as {moment:%Y-%m-%d %H:%M}", field="as-of", value=moment)
    return max(earlier, key=lambda version: version.at)


def lives(versions: Sequence[Version[tuple[Message, ...]]]) -> tuple[Life, ...]:
    """Return the life of every mail, by its guid; one that was moved to another folder lives on."""
    ordered = sorted(versions, key=lambda version: version.at)
    found: dict[str, Life] = {}
    for number, version in enumerate(ordered):
        following = ordered[number + 1].at if number + 1 < len(ordered) else None
        for message in version.what:
            known = found.get(message.guid)
            found[message.guid] = Life(message, known.first if known else version.at, version.at, following)
    return tuple(sorted(found.values(), key=lambda life: (life.message.arrived, life.message.guid)))
