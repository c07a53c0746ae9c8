"""Challenges given to passkeys, and their answers taken: each challenge once, for its purpose and session alone."""

from .errors import SignInRefused
from .keys import digest
from .means import Means
from .passkeys import CHALLENGE_BYTES, Answer, creation_options, made, proven, read_answer, request_options
from .person import Person
from .session import Session
from .store import NewPasskey, Passkey
from .store.challenges import ChallengeFor


class Challenging:
    """Asks passkeys."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._factors = means.records.factors

    def request(self, session: Session | None = None) -> str:
        """Ask for a passkey of the session's person, or of whoever comes."""
        if session is None:
            return request_options(self._means.party, self._given(ChallengeFor.SIGN_IN, ""), (), alone=True)
        allowed = [key.credential for key in self._factors.passkeys_of(session.person.id)]
        challenge = self._given(ChallengeFor.SECOND, session.id)
        return request_options(self._means.party, challenge, allowed, alone=False)

    def creation(self, session: Session) -> str:
        """Ask for a new passkey."""
        known = [key.credential for key in self._factors.passkeys_of(session.person.id)]
        return creation_options(self._means.party, session.person, self._given(ChallengeFor.ADD, session.id), known)

    def owner(self, answer: str) -> Person:
        """Return whose passkey answered, alone; raise SignInRefused."""
        passkey = self._used(answer, ChallengeFor.SIGN_IN, "", alone=True)
        person = self._means.records.persons.get(passkey.person)
        if person.disabled:
            raise _refused()
        return person

    def check(self, session: Session, answer: str) -> None:
        """Raise SignInRefused unless a passkey of the session's person answered."""
        self._used(answer, ChallengeFor.SECOND, session.id, alone=False, person=session.person.id)

    def created(self, session: Session, answer: str) -> NewPasskey:
        """Return the passkey that was made; raise SignInRefused."""
        read = self._taken(answer, ChallengeFor.ADD, session.id)
        return made(read, self._means.party)

    def _used(
        self, text: str, purpose: ChallengeFor, session: str, *, alone: bool, person: str | None = None
    ) -> Passkey:
        answer = self._taken(text, purpose, session)
        passkey = self._factors.passkey(answer.credential)
        if passkey is None or person not in {None, passkey.person}:
            raise _refused()
        count = proven(answer, self._means.party, passkey, alone=alone)
        if not self._factors.use_passkey(passkey, count, self._means.clock.now()):
            raise _refused()
        return passkey

    def _given(self, purpose: ChallengeFor, session: str) -> bytes:
        challenge, now = self._means.chance.octets(CHALLENGE_BYTES), self._means.clock.now()
        expires = now + self._means.times.challenge
        self._means.records.challenges.put(digest(challenge), purpose, session, now=now, expires=expires)
        return challenge

    def _taken(self, text: str, purpose: ChallengeFor, session: str) -> Answer:
        answer, now = read_answer(text), self._means.clock.now()
        if not self._means.records.challenges.use(digest(answer.challenge), purpose, session, now):
            raise _refused()
        return answer


def _refused() -> SignInRefused:
    remedy = "try again, or sign in in another way"
    return SignInRefused("this passkey was not accepted", field="passkey", remedy=remedy)
