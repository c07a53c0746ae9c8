"""What faces see of people. Cookies and tokens are looked up anew at every call: a right taken is gone at once.

A cookie is text of the browser's: anything at all may stand in it. An `Admission` brings a new one, and from then on
the one before is worth nothing. Challenges and answers of passkeys are JSON, as `navigator.credentials` takes and
gives it (PublicKeyCredential.parseCreationOptionsFromJSON, parseRequestOptionsFromJSON, toJSON; WebAuthn level 3).
"""

from collections.abc import Sequence
from typing import Protocol, Self

from mailstead.ground.scope import Scope
from mailstead.security.model import Secret

from .model import Caller
from .person import Factors, NewPerson, NewToken, Person, PersonChange, Profile, Token
from .provider import Answer, Departure, Linked, Proof, ProviderStanding, Question, Way
from .session import Admission, Enrolled, Invited, Link, Session, TotpOffer, Visitor


class Callers(Protocol):
    """Turns what a request carries into who asks."""

    def by_session(self, cookie: str, source: str) -> Caller:
        """Return whom the cookie stands for; raise NotSignedIn, also for one who must enrol a second factor first."""

    def by_token(self, bearer: str, source: str) -> Caller:
        """Return whom the token stands for, with no more rights than it was given; raise NotSignedIn."""


class SignIn(Protocol):
    """How somebody proves who they are.

    All raise SignInRefused for what proves nothing and TooManyTries; those with a cookie NotSignedIn.
    """

    def by_password(self, address: str, password: Secret, visitor: Visitor) -> Admission:
        """Begin with the password. Whether the person exists shows in neither the answer nor its time."""

    def passkey_challenge(self, visitor: Visitor) -> str:
        """Return the challenge for a passkey alone, of whoever may come."""

    def by_passkey(self, answer: str, visitor: Visitor) -> Admission:
        """Sign in by a passkey alone, which has looked at the person itself (PIN, finger)."""

    def second_challenge(self, cookie: str, visitor: Visitor) -> str:
        """Return the challenge for a passkey of this person, as second factor or to step up."""

    def second_by_passkey(self, cookie: str, answer: str, visitor: Visitor) -> Admission:
        """Give a passkey as second factor; in a full session: step up."""

    def second_by_code(self, cookie: str, code: str, visitor: Visitor) -> Admission:
        """Give the code of an app, or a recovery code, as second factor; in a full session: step up."""

    def session(self, cookie: str, visitor: Visitor) -> Session:
        """Return the session, at whichever stage it is."""

    def end(self, cookie: str, visitor: Visitor) -> None:
        """Sign out; a session that is over already is no error."""

    def invited(self, secret: str) -> Invited:
        """Return what a one-time link is for, and use it not; raise InvitationGone."""

    def accept(self, secret: str, password: Secret, visitor: Visitor) -> Admission:
        """Use a one-time link: choose a password and sign in with it. A second factor that is there is still asked for.

        Raises InvitationGone and WeakPassword; a weak one does not use the link up.
        """


class Provider(Protocol):
    """A provider of sign-ins (OpenID Connect), as one who relies on it. All raise ProviderSilent and ProviderUnfit."""

    @property
    def label(self) -> str:
        """What people know it by."""

    @property
    def issuer(self) -> str:
        """Its name for itself, which stands in all that it says."""

    def url(self, question: Question) -> str:
        """Return where the browser goes to be asked."""

    def proof(self, question: Question, answer: Answer) -> Proof:
        """Return who it says came back with *answer*; raise ProofRefused unless it says so in answer to *question*."""

    def standing(self) -> ProviderStanding:
        """Ask it what it is and can."""


class Elsewhere(Protocol):
    """How somebody signs in by an identity that they have elsewhere, and links one to their account.

    It makes nobody, and goes by what was linked, never by an address. All raise NotFound for a provider that the
    platform's file does not name, TooManyTries, and what a Provider raises but ProofRefused.
    """

    def ways(self) -> Sequence[Way]:
        """Return the providers there are; raises nothing."""

    def standing(self, way: str) -> ProviderStanding:
        """Ask a provider what it is and can."""

    def to_sign_in(self, way: str, visitor: Visitor) -> Departure:
        """Send somebody to a provider to sign in."""

    def to_accept(self, way: str, invitation: str, visitor: Visitor) -> Departure:
        """Send somebody who was invited; raise InvitationGone, also for a link that is to reset a password."""

    def to_link(self, way: str, cookie: str, visitor: Visitor) -> Departure:
        """Send somebody who is signed in; raise NotSignedIn, StepUpNeeded."""

    def back(self, way: str, ticket: str, answer: Answer, cookie: str, visitor: Visitor) -> Admission:
        """Take somebody back, and do what they went for: once, in the browser with the *ticket*.

        Whoever's role needs a second factor gives ours, unless the provider proved that it was given one. Raises
        SignInRefused, which tells nothing of who has an account; InvitationGone; NotSignedIn for who came to link.
        """

    def linked(self, cookie: str, visitor: Visitor) -> Sequence[Linked]:
        """Return what is linked to one's own account; raise NotSignedIn."""

    def unlink(self, cookie: str, identity: str, visitor: Visitor) -> Admission:
        """Unlink it and end the other sessions; raise NotSignedIn, StepUpNeeded, NotFound, LastWayIn."""


class Account(Protocol):
    """What somebody does with their own account.

    All raise NotSignedIn. What changes how they prove themselves ends their other sessions, is told in the audit trail,
    and raises StepUpNeeded unless the second factor was given just now; while enrolling there is none to be given.
    """

    def factors(self, cookie: str, visitor: Visitor) -> Factors:
        """Return the second factors."""

    def offer_totp(self, cookie: str, visitor: Visitor) -> TotpOffer:
        """Make a secret for an app. It counts once `add_totp` was given a code of it."""

    def add_totp(self, cookie: str, code: str, name: str, visitor: Visitor) -> Enrolled:
        """Add the app that was offered; raise SignInRefused for a code that is not its."""

    def offer_passkey(self, cookie: str, visitor: Visitor) -> str:
        """Return the challenge for making a passkey."""

    def add_passkey(self, cookie: str, answer: str, name: str, visitor: Visitor) -> Enrolled:
        """Add the passkey that was made; raise SignInRefused for one that was not made for the challenge."""

    def remove_factor(self, cookie: str, factor: str, visitor: Visitor) -> Admission:
        """Remove a second factor; raise NotFound, LastFactor."""

    def new_recovery_codes(self, cookie: str, visitor: Visitor) -> Enrolled:
        """Make ten new recovery codes; those before are worth nothing."""

    def change_password(self, cookie: str, before: Secret, after: Secret, visitor: Visitor) -> Admission:
        """Choose another password; raise SignInRefused if *before* is not the password, and WeakPassword."""

    def change_profile(self, cookie: str, profile: Profile, visitor: Visitor) -> Person:
        """Change name, language, time zone; needs no step-up."""

    def sessions(self, cookie: str, visitor: Visitor) -> list[Session]:
        """Return the person's sessions, the latest seen first; this one's id is that of `SignIn.session`."""

    def end_session(self, cookie: str, session: str, visitor: Visitor) -> None:
        """End one of the person's sessions; one that is over is no error. Needs no step-up."""

    def tokens(self, cookie: str, visitor: Visitor) -> list[Token]:
        """Return the person's tokens."""

    def add_token(self, cookie: str, wanted: NewToken, visitor: Visitor) -> tuple[Token, Secret]:
        """Make a token and return its secret, which is shown this once; raise InvalidInput for rights one lacks."""

    def revoke_token(self, cookie: str, token: str, visitor: Visitor) -> None:
        """Revoke one of the person's tokens; one that is gone is no error. Needs no step-up."""


class Register(Protocol):
    """All people, or those of a scope, as those who look after them see and change them.

    It asks for no right: whoever calls has demanded it. People out of the scope are not found (NotFound). All that
    changes something is told in the audit trail, and ends the person's sessions where it touches what they may do.
    """

    def within(self, scope: Scope) -> Self:
        """Return the people who have to do with the tenants that *scope* admits, and with these alone."""

    def by(self, actor: str, source: str = "") -> Self:
        """Return the same register, through which *actor* acts from the network address *source*."""

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Person]:
        """Return up to *limit* people in the order of their addresses, behind *after*; *search* in address or name."""

    def get(self, person: str) -> Person:
        """Return one person by id or address."""

    def invite(self, wanted: NewPerson) -> Link:
        """Make an account and a one-time link to it; raise PersonThere, NotFound for a tenant."""

    def change(self, person: str, change: PersonChange) -> Person:
        """Change role and tenants; raise LastOwner, InvalidInput."""

    def disable(self, person: str) -> Person:
        """Let the person in no more, and their tokens neither; raise LastOwner."""

    def enable(self, person: str) -> Person:
        """Let the person in again, with a new sign-in."""

    def reset(self, person: str) -> Link:
        """Make a one-time link to choose a new password. The old one counts until then; second factors stay."""

    def remove(self, person: str) -> None:
        """Forget the person and all they had; raise LastOwner. What they did stays in the audit trail."""

    def factors(self, person: str) -> Factors:
        """Return the person's second factors."""

    def remove_factor(self, person: str, factor: str) -> None:
        """Take a second factor away, a lost phone's perhaps; after the last one they enrol anew at the next sign-in.

        With the last one go the recovery codes.
        """

    def linked(self, person: str) -> Sequence[Linked]:
        """Return the sign-ins elsewhere that open the person's account."""

    def unlink(self, person: str, identity: str) -> None:
        """Let a sign-in elsewhere open the account no more; raise NotFound."""

    def sessions(self, person: str) -> list[Session]:
        """Return the person's sessions, the latest seen first."""

    def end_sessions(self, person: str, session: str | None = None) -> int:
        """End one session of the person, or all of them; return how many there were."""

    def tokens(self, person: str) -> list[Token]:
        """Return the person's tokens."""

    def add_token(self, person: str, wanted: NewToken) -> tuple[Token, Secret]:
        """Make a token for the person; raise InvalidInput for what the person may not do themselves."""

    def revoke_token(self, person: str, token: str) -> None:
        """Revoke a token; one that is gone is no error."""
