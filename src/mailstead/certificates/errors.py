"""What can go wrong with certificates, hung below the common tree.

Refused
└── InvalidInput
    └── BadRequest        the signing request does not fit what was asked for
Unreachable
├── RateLimited           the authority wants us to wait, `retry_at` says until when    retry
└── ValidationPending     the authority has not finished looking                        retry
Rejected
└── ValidationFailed      the authority looked and was not convinced
"""

from datetime import datetime

from mailstead.ground.errors import InvalidInput, Rejected, Unreachable


class BadRequest(InvalidInput):
    """The signing request does not fit what was asked for."""

    code = "bad-certificate-request"


class RateLimited(Unreachable):
    """The authority issues no more for now (RFC 8555 section 6.6)."""

    code = "rate-limited"

    def __init__(self, message: str, retry_at: datetime | None) -> None:
        until = f"wait until {retry_at:%Y-%m-%d %H:%M} UTC" if retry_at else "wait some hours"
        super().__init__(message, remedy=f"{until}, or use another authority")
        self.retry_at = retry_at


class ValidationPending(Unreachable):
    """The authority did not finish in time."""

    code = "validation-pending"


class ValidationFailed(Rejected):
    """The authority did not find the proof that a name is ours."""

    code = "validation-failed"
