"""A target in a bucket that speaks S3, through obstore. Conditional creation: `If-None-Match: *`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from mailstead.backup.errors import NoSuchObject, ObjectExists, TargetDenied, TargetFull, TargetUnreachable
from mailstead.backup.port import Object
from mailstead.ground.errors import MailsteadError
from mailstead.security.model import Secret

_FULL = ("QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "EntityTooLarge")
_REFUSED = ("status code: 401", "status code: 403")  # of a listing obstore names nothing closer
_PAST_THE_END = "InvalidRange"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a bucket is, and who we are there. *endpoint* is empty for Amazon's own."""

    name: str
    access_key: str
    secret_key: Secret
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    patience_s: float = 60.0


class S3Target:
    """Keeps objects in a bucket, below its prefix."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            endpoint=bucket.endpoint or None,
            region=bucket.region,
            access_key_id=bucket.access_key,
            secret_access_key=bucket.secret_key.reveal_text(),
            client_options={"allow_http": bucket.endpoint.startswith("http://")},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=bucket.patience_s)},
        )

    def create(self, name: str, content: bytes) -> None:
        with self._told(name):
            obstore.put(self._store, name, content, mode="create", use_multipart=False)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if length == 0:
            return b""
        with self._told(name):
            try:
                if length is not None:
                    return bytes(obstore.get_range(self._store, name, start=offset, length=length))
                return bytes(obstore.get(self._store, name, options={"range": {"offset": offset}}).bytes())
            except BaseError as error:
                if _PAST_THE_END in str(error):
                    return b""
                raise

    def list(self, prefix: str) -> Iterator[Object]:
        with self._told(prefix):
            for page in obstore.list(self._store, prefix=prefix):
                yield from (Object(entry["path"], entry["size"]) for entry in page)

    def delete(self, name: str) -> None:
        with self._told(name):
            try:
                obstore.delete(self._store, name)
            except (NotFoundError, FileNotFoundError):
                return

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Turn what obstore raises into our errors; its messages hold the address and no credentials."""
        where = f"{self._bucket.name}/{self._bucket.prefix}"
        try:
            yield
        except (AlreadyExistsError, PreconditionError):
            raise ObjectExists(f"{name} is there already", field="object", value=name) from None
        except (NotFoundError, FileNotFoundError):
            raise NoSuchObject(f"there is no {name} in {where}", field="object", value=name) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise _denied(where, name) from error
        except BaseError as error:
            raise _named(where, name, error) from error


def _denied(where: str, name: str) -> TargetDenied:
    remedy = "look after the credentials and the policy of the bucket"
    return TargetDenied(f"{where} refuses {name}", field="target", value=where, remedy=remedy)


def _named(where: str, name: str, error: BaseError) -> MailsteadError:
    said = str(error)
    if any(status in said for status in _REFUSED):
        return _denied(where, name)
    if any(word in said for word in _FULL):
        return TargetFull(f"{where} is full", field="target", value=where, remedy="raise its quota, or prune")
    remedy = "look after the network, the endpoint and the bucket's name"
    return TargetUnreachable(f"{where} does not answer", field="target", value=where, remedy=remedy)
