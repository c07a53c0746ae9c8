"""Codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 seconds) and recovery codes: each counts once."""

from base64 import b32encode
from datetime import datetime
from hmac import compare_digest

from pyotp import TOTP

from mailstead.security.model import NoSecret, Secret

from .errors import SignInRefused
from .keys import as_recovery_code, digest
from .means import PLATFORM, Means
from .person import Person
from .plan import place, second_bucket
from .session import TotpOffer, Visitor

SECRET_BYTES = 20  # as long as the hash: RFC 4226, 4
RECOVERY_CODES = 10
STEPS = (-1, 0, 1)  # a phone's clock may be wrong, and typing takes time


class Codes:
    """Checks what somebody reads from a phone or from paper."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def check(self, person: Person, code: str, visitor: Visitor) -> str:
        """Return which kind of code this is, using it up; raise SignInRefused, TooManyTries."""
        records, now = self._means.records, self._means.clock.now()
        known = records.tries.knows(place(person.address, visitor.source), now)
        bucket = second_bucket(person.id, visitor.source, known=known)
        records.tries.take((bucket,), now)
        kind = self._used(person, code, now)
        if not kind:
            self._means.tell_refused("second-factor", person.address, visitor)
            raise refused_code()
        records.tries.forget(bucket)
        return kind

    def offer(self, session: str, person: Person) -> TotpOffer:
        """Make a secret for an app and keep it until it is confirmed."""
        letters = b32encode(self._means.chance.octets(SECRET_BYTES)).decode()
        self._means.vault.put(PLATFORM, _offer(session), letters.encode())
        uri = TOTP(letters).provisioning_uri(name=person.address, issuer_name=self._means.party.name)
        return TotpOffer(Secret.of(uri), Secret.of(letters))

    def confirm(self, session: str, code: str, factor: str) -> int:
        """Keep the secret that was offered for *factor*, and return the step of its code; raise SignInRefused."""
        try:
            letters = self._means.vault.get(PLATFORM, _offer(session))
        except NoSecret:
            raise refused_code() from None
        step = matching_step(letters, code, self._means.clock.now())
        if step is None:
            raise refused_code()
        self._means.vault.put(PLATFORM, app_secret(factor), letters)
        self._means.vault.remove(PLATFORM, _offer(session))
        return step

    def new_recovery_codes(self, person: Person) -> tuple[str, ...]:
        """Put ten new codes in the place of those before, and return them."""
        codes = tuple(self._means.chance.recovery_code() for _ in range(RECOVERY_CODES))
        self._means.records.factors.set_codes(person.id, [digest(code) for code in codes])
        return codes

    def _used(self, person: Person, code: str, now: datetime) -> str:
        factors = self._means.records.factors
        for factor, last in factors.apps(person.id):
            step = matching_step(self._means.vault.get(PLATFORM, app_secret(factor)), code, now, last)
            if step is not None and factors.use_step(factor, step, now):
                return "totp"
        return "recovery-code" if factors.use_code(person.id, digest(as_recovery_code(code))) else ""


def matching_step(letters: Secret, code: str, now: datetime, last: int = -1) -> int | None:
    """Return the step behind *last* whose code this is; the one before and the one after now's count, too."""
    app, typed = TOTP(letters.reveal_text()), "".join(code.split()).encode("utf-8", "replace")
    here = app.timecode(now)
    steps = [here + away for away in STEPS if here + away > last]
    fitting = [step for step in steps if compare_digest(app.generate_otp(step).encode(), typed)]
    return fitting[0] if fitting else None


def app_secret(factor: str) -> str:
    """Return the name in the vault of an app's secret."""
    return f"people/totp/{factor}"


def _offer(session: str) -> str:
    return f"people/offer/{session}"


def refused_code() -> SignInRefused:
    return SignInRefused("this code does not count", field="code", remedy="wait for the next one of your app")
