"""A store is made, or opened, and the keys of its tenants are found in it."""

import json
from collections.abc import Callable
from contextlib import suppress

from mailstead.backup.errors import (
    Damaged,
    ForeignStore,
    NoStore,
    NoSuchObject,
    ObjectExists,
    TargetDenied,
    TargetFull,
    TargetUnfit,
)
from mailstead.backup.port import Target
from mailstead.security.keyfile import key_id
from mailstead.security.model import Secret
from mailstead.security.sealing import fresh_key

from .claiming import claim, read_if_there
from .keys import damaged, opened_bytes, sealed_bytes
from .names import HEAD, TENANTS, Names, tenant_of, token

FORMAT = 1
_COPIES = ("/a", "/b")


def make_store(target: Target, platform_key: Secret) -> str:
    """Make a store where there is none; return the id of the one that is there now. May be repeated.

    Raises TargetUnfit, ForeignStore, Damaged.
    """
    kek = key_id(platform_key)
    head = json.dumps({"format": FORMAT, "id": token(), "kek": kek}).encode()
    claim(target, HEAD, head)
    there = target.read(HEAD)
    _refuse_unfit(target, there)
    if _field(there, "kek") != kek and _no_copies(target, f"keys/{kek}"):
        raise _foreign()
    store = _field(there, "id")
    _kept(target, platform_key, "", f"keys/{kek}", lambda: Secret.of(store))
    return store


def open_store(target: Target, platform_key: Secret) -> str:
    """Return the id of the store that is there, even if its head is damaged. Raises NoStore, ForeignStore, Damaged."""
    name = f"keys/{key_id(platform_key)}"
    if _no_copies(target, name):
        if read_if_there(target, HEAD) is None:
            raise NoStore(
                "the target holds no store of backups", field="target", remedy="make one, or look at the path"
            )
        raise _foreign()
    return _opened(target, platform_key, "", name).reveal_text()


def broken_objects(target: Target, platform_key: Secret, store: str) -> list[str]:
    """Return the names of those objects that are missing or damaged which the whole store, or a tenant, hangs on."""
    kek = key_id(platform_key)
    tenants = sorted({tenant_of(entry.name) for entry in target.list(TENANTS)})
    bases = {f"keys/{kek}": ""} | {Names(tenant).key(kek): store for tenant in tenants}
    copies = [(base, base + copy, about) for base, about in bases.items() for copy in _COPIES]
    broken = [name for base, name, about in copies if not _opens(target, platform_key, about, base, name)]
    head = read_if_there(target, HEAD) or b""
    return broken if _is_head(target, head, store) else [HEAD, *broken]


def tenant_key(target: Target, platform_key: Secret, store: str, tenant: str) -> Secret:
    """Return a tenant's key, making it first if need be; all who ask at once get the same one. Raises Damaged."""
    return _kept(target, platform_key, store, Names(tenant).key(key_id(platform_key)), fresh_key)


def _kept(target: Target, key: Secret, store: str, name: str, maker: Callable[[], Secret]) -> Secret:
    """Return what is sealed under *name*, with both its copies there again if one was missing."""
    first, second = (read_if_there(target, name + copy) for copy in _COPIES)
    if first is None and second is None:
        claim(target, name + _COPIES[0], sealed_bytes(key, maker().reveal(), store, name))
        first = target.read(name + _COPIES[0])
    found = _opened(target, key, store, name)
    if first is None or second is None:
        missing = _COPIES[0] if first is None else _COPIES[1]
        with suppress(TargetDenied, TargetFull):  # what is there is enough to read
            claim(target, name + missing, sealed_bytes(key, found.reveal(), store, name))
    return found


def _opened(target: Target, key: Secret, store: str, name: str) -> Secret:
    for copy in _COPIES:
        try:
            return opened_bytes(key, target.read(name + copy), store, name)
        except (Damaged, NoSuchObject):
            continue
    raise damaged(name, "neither copy opens; the key export does")


def _opens(target: Target, key: Secret, store: str, base: str, name: str) -> bool:
    try:
        opened_bytes(key, target.read(name), store, base)
    except (Damaged, NoSuchObject):
        return False
    return True


def _is_head(target: Target, head: bytes, store: str) -> bool:
    try:
        return _field(head, "id") == store and not _no_copies(target, f"keys/{_field(head, 'kek')}")
    except Damaged:
        return False


def _no_copies(target: Target, name: str) -> bool:
    return all(read_if_there(target, name + copy) is None for copy in _COPIES)


def _field(head: bytes, name: str) -> str:
    """Return what the head of a store says. Raises Damaged."""
    try:
        found = json.loads(head)
        known, value = found["format"], str(found[name])
    except (ValueError, KeyError, TypeError):
        raise damaged(HEAD, "it is no JSON of ours") from None
    if known != FORMAT:
        raise damaged(HEAD, f"format {known} is not known to this release")
    return value


def _refuse_unfit(target: Target, head: bytes) -> None:
    """Create the head once more: where that is let through, two runs would overwrite each other."""
    try:
        target.create(HEAD, head)
    except ObjectExists:
        return
    remedy = "keep backups where creating fails for a name that is taken (S3: If-None-Match)"
    raise TargetUnfit("the target overwrites what it should create", field="target", remedy=remedy)


def _foreign() -> ForeignStore:
    remedy = "give this platform a folder or prefix of its own, or bring back the key that belongs to the store"
    return ForeignStore("the store belongs to a platform with another key", field="target", remedy=remedy)
