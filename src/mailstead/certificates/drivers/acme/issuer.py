"""The Issuer port over ACME: order, prove every name by DNS-01, finalize, fetch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from acme import challenges, client, errors, messages

from mailstead.certificates.errors import ValidationFailed, ValidationPending
from mailstead.certificates.keys import read_request
from mailstead.certificates.port import ChallengePublisher
from mailstead.ground.clock import Clock, Deadline
from mailstead.ground.errors import Rejected
from mailstead.security.model import Secret

from .session import Patience, in_our_words, sign_in


class AcmeIssuer:
    """An authority on the internet.

    `account_key` returns the account's private key (ECDSA P-256, PEM) and is asked at every use; `trust` is a
    file of root certificates for directories of one's own.
    """

    def __init__(
        self,
        directory: str,
        account_key: Callable[[], Secret],
        publisher: ChallengePublisher,
        clock: Clock,
        *,
        contact: str | None = None,
        trust: Path | None = None,
        timeout_s: float = 180.0,
    ) -> None:
        self._directory = directory
        self._account_key = account_key
        self._publisher = publisher
        self._clock = clock
        self._contact = contact
        self._trust = trust
        self._timeout_s = timeout_s

    def issue(self, names: tuple[str, ...], csr_pem: str) -> str:
        read_request(csr_pem, names)
        patience = Patience(self._clock)
        with in_our_words(self._directory, patience):
            session = sign_in(self._directory, self._account_key(), self._contact, self._trust, patience)
            deadline = Deadline(self._clock, self._timeout_s, interval_s=1.0)
            order = session.new_order(csr_pem.encode())
            with self._proofs(session, order) as asked:
                for challenge in asked:
                    session.answer_challenge(challenge, challenge.response(session.net.key))
                self._await_valid(session, order, deadline)
            return self._fetch(session, order, deadline)

    @contextmanager
    def _proofs(
        self, session: client.ClientV2, order: messages.OrderResource
    ) -> Iterator[list[messages.ChallengeBody]]:
        """Publish what proves the names that are not proven yet; withdraw it whatever happens."""
        pending = [a for a in order.authorizations if a.body.status == messages.STATUS_PENDING]
        records = [(_record_name(a), _dns_challenge(a).validation(session.net.key)) for a in pending]
        try:
            for name, value in records:
                self._publisher.publish(name, value)
            yield [_dns_challenge(authorization) for authorization in pending]
        finally:
            for name, value in records:
                self._publisher.withdraw(name, value)

    def _await_valid(self, session: client.ClientV2, order: messages.OrderResource, deadline: Deadline) -> None:
        waiting = list(order.authorizations)
        while waiting:
            looked = [session.poll(authorization)[0] for authorization in waiting]
            waiting = [a for a in looked if a.body.status == messages.STATUS_PENDING]
            failed = [a for a in looked if a.body.status not in {messages.STATUS_PENDING, messages.STATUS_VALID}]
            if failed:
                raise errors.ValidationError(failed)
            if waiting and not deadline.wait():
                raise _pending(waiting)

    def _fetch(self, session: client.ClientV2, order: messages.OrderResource, deadline: Deadline) -> str:
        """Finalize and poll with our own clock (the library's `poll_finalization` takes the time of day itself)."""
        post = session._post_as_get  # noqa: SLF001 - the only way to read an order without that clock
        order = session.begin_finalization(order)
        while order.body.status != messages.STATUS_VALID:
            if order.body.status == messages.STATUS_INVALID:
                raise _abandoned(order)
            if not deadline.wait():
                raise _pending(list(order.authorizations))
            order = order.update(body=messages.Order.from_json(post(order.uri).json()))
        return str(post(order.body.certificate).text)


def _dns_challenge(authorization: messages.AuthorizationResource) -> messages.ChallengeBody:
    for body in authorization.body.challenges:
        if isinstance(body.chall, challenges.DNS01):
            return body
    name = authorization.body.identifier.value
    remedy = "use an authority that takes DNS-01"
    raise ValidationFailed(f"the authority takes no proof by DNS for {name}", field="names", value=name, remedy=remedy)


def _record_name(authorization: messages.AuthorizationResource) -> str:
    return f"_acme-challenge.{authorization.body.identifier.value}"


def _pending(waiting: list[messages.AuthorizationResource]) -> ValidationPending:
    names = ", ".join(authorization.body.identifier.value for authorization in waiting)
    return ValidationPending(f"the authority still looks at {names}", field="names", value=names, remedy="ask again")


def _abandoned(order: messages.OrderResource) -> Exception:
    if order.body.error is not None:
        return errors.IssuanceError(order.body.error)
    return Rejected("the authority gave the order up and does not say why", field="names", remedy="order again")
