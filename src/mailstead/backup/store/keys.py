"""The keys of a tenant's backups: everything but the platform's key comes from one secret of the tenant."""

import json
from typing import Any

from blake3 import blake3

from mailstead.backup.errors import Damaged
from mailstead.security.model import Secret, Tampered
from mailstead.security.sealing import NONCE_BYTES, Sealed, seal, unseal

_OBJECT, _CONTEXT = "mailstead-backup-1", "mailstead backup 1 "


class TenantKeys:
    """What the tenant key *T* gives: ids of chunks and nodes, keys of packs, and the seal of objects."""

    def __init__(self, store: str, tenant: str, key: Secret) -> None:
        self.store, self.tenant = store, tenant
        self._chunk = _derived(key, "chunk")
        self._node = _derived(key, "node")
        self._pack = _derived(key, "pack")
        self._object = Secret(_derived(key, "object"))

    def chunk_id(self, chunk: bytes) -> bytes:
        return blake3(chunk, key=self._chunk).digest()

    def node_id(self, node: bytes) -> bytes:
        return blake3(node, key=self._node).digest()

    def pack_key(self, name: str) -> bytes:
        return blake3(bytes.fromhex(name), key=self._pack).digest()

    def seal(self, name: str, value: dict[str, Any]) -> bytes:
        """Return *value* as the content of the object *name*."""
        return sealed_bytes(self._object, json.dumps(value).encode(), self.store, name)

    def unseal(self, name: str, content: bytes) -> dict[str, Any]:
        """Return what was sealed for the object *name*. Raises Damaged."""
        opened = opened_bytes(self._object, content, self.store, name)
        found: dict[str, Any] = json.loads(opened.reveal())
        return found


def sealed_bytes(key: Secret, value: bytes, store: str, name: str) -> bytes:
    sealed = seal(key, value, _OBJECT, store, name)
    return sealed.nonce + sealed.body


def opened_bytes(key: Secret, content: bytes, store: str, name: str) -> Secret:
    """Return what was sealed. Raises Damaged."""
    try:
        return unseal(key, Sealed(content[:NONCE_BYTES], content[NONCE_BYTES:]), _OBJECT, store, name)
    except (Tampered, ValueError):  # a nonce cut short is a ValueError
        raise damaged(name) from None


def damaged(name: str, why: str = "it does not open") -> Damaged:
    """Return the error for a broken object."""
    remedy = "restore the object from a second copy of the store; mailstead backup verify says what it costs"
    return Damaged(f"{name} is damaged: {why}", field="object", value=name, remedy=remedy)


def _derived(key: Secret, purpose: str) -> bytes:
    return blake3(key.reveal(), derive_key_context=_CONTEXT + purpose).digest()
