"""A provider in memory: whoever a test or a trial says signs in, does."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from mailstead.people.errors import ProofRefused
from mailstead.people.provider import Answer, Proof, ProviderStanding, Question


@dataclass(frozen=True, slots=True)
class _Given:
    """What a code stands for."""

    redirect: str
    nonce: str
    challenge: str
    proof: Proof


@dataclass
class MemoryProvider:
    """Believes whatever it is told, and holds its clients to PKCE, nonce, redirect and codes that count once."""

    label: str
    issuer: str
    codes: dict[str, _Given] = field(default_factory=dict)
    given: int = 0

    def url(self, question: Question) -> str:
        asked = {
            "state": question.state,
            "nonce": question.nonce,
            "redirect_uri": question.redirect,
            "code_challenge": _challenge(question),
        }
        return f"{self.issuer}/authorize?{urlencode(asked)}"

    def signed_in(self, url: str, proof: Proof) -> Answer:
        """Let the browser that came by *url* sign in as whom *proof* tells; return what it brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.given += 1
        code = f"code-{self.given}"
        self.codes[code] = _Given(asked["redirect_uri"], asked["nonce"], asked["code_challenge"], proof)
        return Answer(asked["state"], code, self.issuer)

    def proof(self, question: Question, answer: Answer) -> Proof:
        given = self.codes.pop(answer.code, None)
        asked = (question.redirect, question.nonce, _challenge(question))
        if given is None or answer.error or asked != (given.redirect, given.nonce, given.challenge):
            raise ProofRefused("the code is not for this", field="code", remedy="begin anew")
        if answer.issuer not in {"", self.issuer}:
            raise ProofRefused("the answer names another issuer", field="iss", remedy="begin anew")
        return given.proof

    def standing(self) -> ProviderStanding:
        authorization, token = (f"{self.issuer}/{path}" for path in ("authorize", "token"))
        return ProviderStanding(authorization, token, keys=1, pkce=True, names_itself=True, clock_off_s=0.0)


def _challenge(question: Question) -> str:
    return urlsafe_b64encode(sha256(question.verifier.reveal()).digest()).rstrip(b"=").decode()
