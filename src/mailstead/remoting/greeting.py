"""A look at a host before anybody signs in: its certificate and its clock."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cryptography import x509

from .connection import Connection
from .endpoint import Endpoint
from .errors import AnswerUnreadable


@dataclass(frozen=True, slots=True)
class Greeting:
    """Until when the host's certificate is valid, and what time the host says it is (None: it does not say)."""

    valid_until: datetime
    clock: datetime | None


def greet(endpoint: Endpoint) -> Greeting:
    """Return what a host says of itself; raise HostSilent, CertificateRefused or AnswerUnreadable."""
    with closing(Connection(endpoint)) as connection:
        certificate, date = connection.greet()
    try:
        valid_until = x509.load_der_x509_certificate(certificate).not_valid_after_utc
        return Greeting(valid_until, parsedate_to_datetime(date).astimezone(UTC) if date else None)
    except ValueError as error:
        remedy = "see that port and path are those of WinRM"
        raise AnswerUnreadable(f"{endpoint.host} answers what is no WinRM", field="host", remedy=remedy) from error
