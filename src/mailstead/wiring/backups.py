"""Where backups are kept: targets with the drivers that the platform file names, under the platform's backup key."""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from mailstead.backup.drivers.folder import FolderTarget
from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.drivers.s3 import Bucket, S3Target
from mailstead.backup.port import Target
from mailstead.protection.errors import NoCredentials
from mailstead.protection.places import Places
from mailstead.security.model import NoSecret, Secret
from mailstead.security.store import Vault
from mailstead.sites.backups import BackupTarget
from mailstead.sites.model import Platform

from .secrets import PLATFORM

KEY = "backup-key"


def open_places(platform: Platform, vault: Vault, home: Path) -> Places:
    """Return the stores of *platform*, with their indexes beside the database."""
    reach: Mapping[str, Callable[[BackupTarget], Target]]
    reach = {"folder": _folder, "s3": partial(_bucket, vault), "memory": lambda _: MemoryTarget()}
    return Places(platform.backup_target, lambda target: reach[target.kind](target), _key(vault), home / "backup-index")


def memory_places(platform: Platform, vault: Vault, targets: Mapping[str, MemoryTarget]) -> Places:
    """Return the stores of *platform*, all in memory."""
    return Places(platform.backup_target, lambda target: targets[target.name], _key(vault))


def keep_credentials(vault: Vault, target: str, access_key: str, secret_key: Secret) -> None:
    """Remember how to sign in to a bucket."""
    value = json.dumps({"access_key": access_key, "secret_key": secret_key.reveal_text()})
    vault.put(PLATFORM, _name(target), Secret.of(value))


def _folder(target: BackupTarget) -> Target:
    return FolderTarget(target.folder)


def _bucket(vault: Vault, target: BackupTarget) -> Target:
    try:
        kept = json.loads(vault.get(PLATFORM, _name(target.name)).reveal())
    except NoSecret:
        message, remedy = (
            f"nobody has said how to sign in to {target.name}",
            f"mailstead backup target add {target.name}",
        )
        raise NoCredentials(message, field="target", value=target.name, remedy=remedy) from None
    name, prefix = target.bucket
    return S3Target(
        Bucket(name, kept["access_key"], Secret.of(kept["secret_key"]), target.endpoint, target.region, prefix)
    )


def _key(vault: Vault) -> Callable[[], Secret]:
    return lambda: vault.get_or_make(PLATFORM, KEY, lambda: secrets.token_bytes(32))


def _name(target: str) -> str:
    return f"backup-target/{target}"
