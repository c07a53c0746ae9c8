"""/people: who has an account. What changes somebody needs the second factor just given: no token can do it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from mailstead.api.asked import After, Asked, Limit, Read, Search
from mailstead.api.wire.people import (
    Ended,
    FactorsOut,
    LinkOut,
    PersonNew,
    PersonOut,
    PersonPage,
    RoleNew,
    SessionOut,
    Sessions,
    SignInOut,
    SignIns,
    TokenGiven,
    TokenNew,
    TokenOut,
    Tokens,
)

router = APIRouter(prefix="/people", tags=["people"])

PersonPath = Annotated[
    str, Path(pattern=r"^[!-.0-~]{1,80}$", description="Id or address of a person.", examples=["anna@acme.example"])
]
PartPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Id of a factor, sign-in or token.")]
OneSession = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="This one only.")]


@router.get("")
def list_people(read: Read, after: After = "", limit: Limit = 50, search: Search = "") -> PersonPage:
    """Return people in the order of their addresses; `search` is looked for in address and name."""
    return PersonPage.of(read.people.page(after=after, limit=limit, search=search), limit)


@router.post("", status_code=201)
def invite_person(asked: Asked, new: PersonNew) -> LinkOut:
    """Make an account and a one-time link to it."""
    return LinkOut.of(asked.people.invite(new.wanted()))


@router.get("/{person}")
def get_person(read: Read, person: PersonPath) -> PersonOut:
    """Return one person."""
    return PersonOut.of(read.people.get(person))


@router.put("/{person}/role")
def change_role(asked: Asked, person: PersonPath, role: RoleNew) -> PersonOut:
    """Change role and tenants; ends the person's sessions."""
    return PersonOut.of(asked.people.change(person, role.wanted()))


@router.post("/{person}/disable")
def disable_person(asked: Asked, person: PersonPath) -> PersonOut:
    """Let the person in no more, and their tokens neither."""
    return PersonOut.of(asked.people.disable(person))


@router.post("/{person}/enable")
def enable_person(asked: Asked, person: PersonPath) -> PersonOut:
    """Let the person in again, with a new sign-in."""
    return PersonOut.of(asked.people.enable(person))


@router.post("/{person}/reset")
def reset_person(asked: Asked, person: PersonPath) -> LinkOut:
    """Make a one-time link to choose a new password; second factors stay."""
    return LinkOut.of(asked.people.reset(person))


@router.delete("/{person}", status_code=204)
def remove_person(asked: Asked, person: PersonPath) -> None:
    """Forget the person. What they did stays in the audit trail."""
    asked.people.remove(person)


@router.get("/{person}/factors")
def list_factors(read: Read, person: PersonPath) -> FactorsOut:
    """Return the person's second factors."""
    return FactorsOut.of(read.people.factors(person))


@router.delete("/{person}/factors/{part}", status_code=204)
def remove_factor(asked: Asked, person: PersonPath, part: PartPath) -> None:
    """Take a second factor away, a lost phone's perhaps; after the last one they enrol anew."""
    asked.people.remove_factor(person, part)


@router.get("/{person}/sign-ins")
def list_sign_ins(read: Read, person: PersonPath) -> SignIns:
    """Return the sign-ins elsewhere (OpenID Connect) that open the person's account."""
    return SignIns(items=[SignInOut.of(one) for one in read.people.linked(person)])


@router.delete("/{person}/sign-ins/{part}", status_code=204)
def unlink_sign_in(asked: Asked, person: PersonPath, part: PartPath) -> None:
    """Let a sign-in elsewhere open the account no more; ends the person's sessions."""
    asked.people.unlink(person, part)


@router.get("/{person}/sessions")
def list_sessions(read: Read, person: PersonPath) -> Sessions:
    """Return the person's sessions, the latest seen first."""
    return Sessions(items=[SessionOut.of(session) for session in read.people.sessions(person)])


@router.delete("/{person}/sessions")
def end_sessions(asked: Asked, person: PersonPath, session: OneSession = None) -> Ended:
    """End one session of the person, or all of them."""
    return Ended(ended=asked.people.end_sessions(person, session))


@router.get("/{person}/tokens")
def list_tokens(read: Read, person: PersonPath) -> Tokens:
    """Return the person's tokens."""
    return Tokens(items=[TokenOut.of(token) for token in read.people.tokens(person)])


@router.post("/{person}/tokens", status_code=201)
def add_token(asked: Asked, person: PersonPath, new: TokenNew) -> TokenGiven:
    """Make a token; its key is shown this once."""
    token, secret = asked.people.add_token(person, new.wanted())
    return TokenGiven(token=TokenOut.of(token), secret=secret.reveal_text())


@router.delete("/{person}/tokens/{part}", status_code=204)
def revoke_token(asked: Asked, person: PersonPath, part: PartPath) -> None:
    """Revoke a token."""
    asked.people.revoke_token(person, part)
