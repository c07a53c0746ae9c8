"""An idempotency key worn over the desk: the order that a request leads to is named by it. Decision 0166."""

from dataclasses import dataclass
from hashlib import sha256

from mailstead.orders.model import Inputs, KeyReused, OrderView
from mailstead.orders.port import Desk
from mailstead.orders.worn import WornDesk

REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same one: the person, the key they gave, and all that they sent (its SHA-256)."""

    person: str
    key: str
    fingerprint: str

    @property
    def order_key(self) -> str:
        """The key of the order that this request leads to."""
        return "request/" + sha256(f"{self.person}\0{self.key}".encode()).hexdigest()

    def refuse_other(self, there: OrderView) -> None:
        """Raise KeyReused if the order *there* came of another request."""
        if there.inputs.get(REQUEST) != self.fingerprint:
            message = "this Idempotency-Key belongs to another request"
            remedy = "give a key of its own to each request"
            raise KeyReused(message, field="Idempotency-Key", value=self.key, remedy=remedy)


class KeyedDesk(WornDesk):
    """A Desk whose next order is that of *request*."""

    def __init__(self, inner: Desk, request: Request) -> None:
        super().__init__(inner)
        self._request = request

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        told = {**inputs, REQUEST: self._request.fingerprint}
        return super().start(kind, key=self._request.order_key, tenant=tenant, host=host, inputs=told)
