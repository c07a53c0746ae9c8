"""What the API is given beside the platform."""

from dataclasses import dataclass
from urllib.parse import urlsplit

PREFIX = "/api/v1"
KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """*url* is what people type; requests to another host are not for us. Sizes in bytes.

    Each person may ask *burst* times at once and *per_minute* times a minute; each address may fail to sign in
    *failures_per_minute* times.
    """

    url: str
    body_most: int = 256 * KIB
    file_most: int = 4 * MIB
    per_minute: int = 600
    burst: int = 200
    failures_per_minute: int = 30
    stream_s: float = 300.0
    poll_s: float = 0.5

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand in `Host`."""
        parts = urlsplit(self.url)
        bare = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = parts.port or 443
        return frozenset({f"{bare}:{port}", *([bare] if port == 443 else [])})
