"""Signing in by an identity that somebody has elsewhere: there, back, and what they went for.

What we remember of somebody who is away is one state, as a digest, to be used once; all else is in their browser's
ticket (`provider.py`). See docs/decisions/0190 and 0191.
"""

from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest

from mailstead.ground.errors import NotFound

from .door import Door
from .errors import LastWayIn, ProofRefused, SignInRefused
from .keys import digest
from .means import Means
from .person import Person
from .plan import asking_bucket
from .port import Provider
from .provider import Answer, Departure, Errand, Linked, Proof, ProviderStanding, Ticket, Way
from .session import Admission, Session, Stage, Visitor
from .signing_in import UNKNOWN, gone
from .store.challenges import ChallengeFor
from .store.identities import taken
from .store.links import KnownLink

RETURN_PATH = "/sign-in/with/{way}/return"
"""Where the console takes people back: the platform's URL, and this. Each provider has its own (RFC 9700, 4.4.2.2)."""


class SigningInElsewhere:
    """The port Elsewhere on what is stored, and the providers of the platform's file."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._records = means.records
        self._door = Door(means)

    def ways(self) -> Sequence[Way]:
        return [Way(name, provider.label) for name, provider in self._means.providers.items()]

    def standing(self, way: str) -> ProviderStanding:
        return self._provider(way).standing()

    def to_sign_in(self, way: str, visitor: Visitor) -> Departure:
        return self._sent(way, Ticket(self._key(), Errand.SIGN_IN), "", visitor)

    def to_accept(self, way: str, invitation: str, visitor: Visitor) -> Departure:
        self._invited(invitation)
        return self._sent(way, Ticket(self._key(), Errand.ACCEPT, invitation), "", visitor)

    def to_link(self, way: str, cookie: str, visitor: Visitor) -> Departure:
        session = self._door.proven(cookie, visitor)
        return self._sent(way, Ticket(self._key(), Errand.LINK), session.id, visitor)

    def back(self, way: str, ticket: str, answer: Answer, cookie: str, visitor: Visitor) -> Admission:
        self._ask(visitor)
        kept = Ticket.unpacked(ticket)
        if kept is None:
            raise _refused()
        session = self._door.signed_in(cookie, visitor) if kept.errand is Errand.LINK else None
        proof = self._proof(way, kept, answer, session, visitor)
        if session:
            return self._link(session, cookie, proof, visitor)
        if kept.errand is Errand.ACCEPT:
            return self._accept(way, kept.invitation, proof, visitor)
        return self._enter(way, self._owner(way, proof, visitor), proof, visitor)

    def linked(self, cookie: str, visitor: Visitor) -> Sequence[Linked]:
        return self._records.identities.of(self._door.signed_in(cookie, visitor).person.id)

    def unlink(self, cookie: str, identity: str, visitor: Visitor) -> Admission:
        session = self._door.proven(cookie, visitor)
        person, there = session.person, self._records.identities.of(session.person.id)
        named = one_of(there, identity)
        if len(there) == 1 and not person.has_password and not self._records.factors.passkeys_of(person.id):
            remedy = "add a passkey first, or let an owner give you a link to choose a password"
            raise LastWayIn("nothing else opens your account", field="sign-in", value=identity, remedy=remedy)
        self._means.tell_own("sign-in.unlink", person, visitor, issuer=named.issuer, name=named.name)
        self._records.identities.remove(person.id, identity)
        return self._door.alone(session, cookie, visitor)

    def _sent(self, way: str, ticket: Ticket, session: str, visitor: Visitor) -> Departure:
        self._ask(visitor)
        provider, now = self._provider(way), self._now()
        question = ticket.question(way, self._redirect(way))
        url = provider.url(question)
        expires = now + self._means.times.away
        self._records.challenges.put(digest(question.state), ChallengeFor.AWAY, session, now=now, expires=expires)
        return Departure(url, ticket.packed)

    def _proof(self, way: str, ticket: Ticket, answer: Answer, session: Session | None, visitor: Visitor) -> Proof:
        """Return what was proven, once, to this browser; raise SignInRefused."""
        provider, question = self._provider(way), ticket.question(way, self._redirect(way))
        bound = session.id if session else ""
        same = compare_digest(question.state.encode(), answer.state.encode("utf-8", "replace"))
        state = digest(question.state)
        if not same or not self._records.challenges.use(state, ChallengeFor.AWAY, bound, self._now()):
            raise self._told(way, UNKNOWN, visitor, "the answer is not this browser's, or too old")
        try:
            return provider.proof(question, answer)
        except ProofRefused as refused:
            raise self._told(way, UNKNOWN, visitor, refused.message) from refused

    def _owner(self, way: str, proof: Proof, visitor: Visitor) -> Person:
        """Return whose account the proof opens; raise SignInRefused, the same for nobody's and one who is disabled."""
        linked = self._records.identities.find(proof)
        person = self._records.persons.get(linked.person) if linked else None
        if linked is None or person is None or person.disabled:
            raise self._told(way, person.address if person else UNKNOWN, visitor, "linked to nobody who may come in")
        self._records.identities.use(linked.id, self._now())
        return person

    def _accept(self, way: str, invitation: str, proof: Proof, visitor: Visitor) -> Admission:
        link = self._invited(invitation)
        person = self._records.persons.get(link.person)
        if self._records.identities.find(proof):
            raise taken()
        if not self._records.links.use(link):
            raise gone()
        self._means.tell_own("invitation.accept", person, visitor, by=f"with {way}")
        self._add(person, proof, visitor)
        self._records.sessions.end_all(person.id)
        return self._enter(way, person, proof, visitor)

    def _link(self, session: Session, cookie: str, proof: Proof, visitor: Visitor) -> Admission:
        if self._records.identities.find(proof):
            raise taken()
        self._add(session.person, proof, visitor)
        return self._door.alone(session, cookie, visitor)

    def _add(self, person: Person, proof: Proof, visitor: Visitor) -> None:
        details = {"issuer": proof.issuer, "subject": proof.subject, "name": proof.name}
        self._means.tell_own("sign-in.link", person, visitor, **details)
        self._records.identities.add(self._means.chance.id(), person.id, proof, self._now())

    def _enter(self, way: str, person: Person, proof: Proof, visitor: Visitor) -> Admission:
        """Begin a session: full where no second factor is lacking, and where the provider was given one."""
        alone = self._door.stage_for(person)
        stage = Stage.FULL if alone is Stage.SECOND and proof.second_factor else alone
        if stage is not Stage.SECOND:
            by = {"by": f"with {way}", "agent": visitor.agent, "enrols": stage is Stage.ENROL}
            self._means.tell_own("sign-in", person, visitor, **by)
        # What is grave asks for our own second factor (0191): a provider's word says not when it was given one.
        fresh = alone is Stage.FULL and self._just(proof.since)
        return self._door.open(person, stage, visitor, fresh=fresh)

    def _just(self, since: datetime | None) -> bool:
        return since is not None and self._now() - since < self._means.times.challenge

    def _invited(self, invitation: str) -> KnownLink:
        link = self._records.links.find(digest(invitation), self._now())
        if link is None or link.purpose != "invitation":
            raise gone()
        return link

    def _provider(self, way: str) -> Provider:
        if way not in self._means.providers:
            remedy = "choose one of the sign-in page"
            raise NotFound("there is no such sign-in", field="sign-in", value=way, remedy=remedy)
        return self._means.providers[way]

    def _redirect(self, way: str) -> str:
        return self._means.party.origin + RETURN_PATH.format(way=way)

    def _told(self, way: str, subject: str, visitor: Visitor, why: str) -> SignInRefused:
        self._means.tell_refused("sign-in", subject, visitor, by=f"with {way}", why=why)
        return _refused()

    def _ask(self, visitor: Visitor) -> None:
        """Count that somebody who is nobody yet asks something of us; raise TooManyTries."""
        self._records.tries.take((asking_bucket(visitor.source),), self._now())

    def _key(self) -> str:
        return self._means.chance.key().reveal_text()

    def _now(self) -> datetime:
        return self._means.clock.now()


def one_of(there: Sequence[Linked], identity: str) -> Linked:
    """Return the one with this id; raise NotFound."""
    for one in there:
        if one.id == identity:
            return one
    raise NotFound("there is no such sign-in", field="sign-in", value=identity, remedy="look at the list again")


def _refused() -> SignInRefused:
    remedy = "sign in as before; once in, link it under My account, or redeem your invitation with it"
    return SignInRefused("this sign-in opens no account here", field="sign-in", remedy=remedy)
