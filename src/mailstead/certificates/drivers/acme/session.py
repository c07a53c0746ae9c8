"""One signed-in conversation with an ACME directory, its failures put into our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests
from acme import client, errors, messages
from josepy.jwa import ES256
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey

from mailstead.certificates.errors import BadRequest, RateLimited, ValidationFailed, ValidationPending
from mailstead.certificates.keys import load_key
from mailstead.ground.clock import Clock
from mailstead.ground.errors import Denied, MailsteadError, Rejected, Unreachable
from mailstead.security.model import Secret

RATE_LIMIT_PAUSE = timedelta(hours=1)  # where the authority names no time
NONCE_TRIES = 8


class Patience:
    """Remembers until when the authority last asked us to wait (the Retry-After header, RFC 8555 section 6.6)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.retry_at: datetime | None = None

    def heed(self, response: requests.Response, *_: Any, **__: Any) -> None:
        header = response.headers.get("Retry-After", "")
        if header.isdigit():
            self.retry_at = self._clock.now() + timedelta(seconds=int(header))
        elif header:
            self.retry_at = _date(header)

    @property
    def until(self) -> datetime:
        return self.retry_at or self._clock.now() + RATE_LIMIT_PAUSE


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None


class Network(client.ClientNetwork):
    """The library's conversation, which asks only twice when the authority refuses a nonce (RFC 8555 section 6.5)."""

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        for _ in range(NONCE_TRIES - 1):
            try:
                return self._post_once(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return self._post_once(*args, **kwargs)


def sign_in(
    directory: str, account_key: Secret, contact: str | None, trust: Path | None, patience: Patience
) -> client.ClientV2:
    """Open the directory and find or make the account that belongs to *account_key* (ECDSA P-256, PKCS#8 PEM).

    Raises what `in_our_words` explains.
    """
    key = JWKEC(key=ComparableECKey(load_key(account_key)))
    network = Network(key, alg=ES256, user_agent="mailstead", timeout=30)
    network.session.hooks["response"].append(patience.heed)
    if trust is not None:
        network.verify_ssl = str(trust)  # type: ignore[assignment]  # handed on to requests, which takes a file
    known = client.ClientV2(client.ClientV2.get_directory(directory, network), network)
    request = messages.NewRegistration.from_data(email=contact, terms_of_service_agreed=True)
    try:
        known.new_account(request)
    except errors.ConflictError as account:
        resource = messages.RegistrationResource(uri=account.location, body=messages.Registration())
        network.account = known.query_registration(resource)
    return known


@contextmanager
def in_our_words(directory: str, patience: Patience) -> Iterator[None]:
    """Turn what the acme library raises into our errors."""
    try:
        yield
    except messages.Error as problem:
        raise _explained(problem, directory, patience) from problem
    except errors.ValidationError as failed:
        raise ValidationFailed(str(failed), field="names", remedy=_LOOK_AT_DNS) from failed
    except errors.IssuanceError as failed:
        raise _explained(failed.error, directory, patience) from failed
    except requests.RequestException as error:
        what = f"the authority {directory} does not answer: {type(error).__name__}"
        raise Unreachable(what, field="acme_directory", value=directory, remedy="see whether it is up") from error
    except errors.Error as error:
        what = f"the authority {directory} gave an answer that cannot be used: {error}"
        raise Rejected(what, field="acme_directory", value=directory, remedy="see its status page") from error


_LOOK_AT_DNS = "see whether the world reaches the name servers of the domain and finds the proof there"
_KINDS: dict[str, tuple[type[MailsteadError], str]] = {
    "serverInternal": (Unreachable, "ask again later"),
    "badNonce": (Unreachable, "ask again"),
    "orderNotReady": (ValidationPending, "ask again in a minute"),
    "unauthorized": (ValidationFailed, _LOOK_AT_DNS),
    "incorrectResponse": (ValidationFailed, _LOOK_AT_DNS),
    "dns": (ValidationFailed, _LOOK_AT_DNS),
    "caa": (ValidationFailed, "let the authority issue in the CAA records of the domain"),
    "badCSR": (BadRequest, "make the signing request anew"),
    "rejectedIdentifier": (BadRequest, "leave the name out, or use another authority"),
    "unsupportedIdentifier": (BadRequest, "leave the name out, or use another authority"),
    "externalAccountRequired": (Denied, "register an account with the authority first"),
    "accountDoesNotExist": (Denied, "use the account key the account was made with"),
}


def _explained(problem: messages.Error, directory: str, patience: Patience) -> MailsteadError:
    detail = problem.detail or problem.typ
    if problem.code == "rateLimited":
        return RateLimited(f"{directory} issues no more for now: {detail}", patience.until)
    kind, remedy = _KINDS.get(problem.code or "", (Rejected, "see what the authority says"))
    return kind(f"{directory}: {detail}", field="names", remedy=remedy)
