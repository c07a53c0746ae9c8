"""A second copy of a tenant's backups: a whole store by itself, on a target of its own.

Packs come before the snapshots that need them; what is there is not sent again. Nothing is ever removed here: each
copy is pruned and collected by itself, so that a store that lost everything cannot take its copy along.
"""

from collections.abc import Iterator
from contextlib import suppress

from mailstead.backup.errors import NoSuchObject
from mailstead.backup.model import Told
from mailstead.backup.port import Object, Target

from .claiming import claim
from .names import HEAD, Names

_KEYS = "keys/"


def copied(source: Target, second: Target, tenant: str, told: Told) -> int:
    """Bring what *second* lacks of a tenant's backups there; return how many bytes that took.

    Whoever calls it holds a lease on both. Raises what targets do.
    """
    missing = list(_missing(source, second, Names(tenant)))
    total, done, sent = sum(entry.size for entry in missing), 0, 0
    for entry in missing:
        with suppress(NoSuchObject):  # removed since it was listed
            content = source.read(entry.name)
            claim(second, entry.name, content)
            sent += len(content)
        done += entry.size
        told(done, total)
    return sent


def foundation(source: Target, second: Target, tenant: str) -> None:
    """Bring there what the store and the tenant's key hang on: without it the copy cannot be opened."""
    for entry in (Object(HEAD, 0), *source.list(_KEYS), *source.list(Names(tenant).keys)):
        claim(second, entry.name, source.read(entry.name))


def _missing(source: Target, second: Target, names: Names) -> Iterator[Object]:
    for folder in (names.packs, names.snapshots, names.holds):
        there = {entry.name for entry in second.list(folder)}
        yield from (entry for entry in source.list(folder) if entry.name not in there)
