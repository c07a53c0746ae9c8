"""mailstead person … | token …"""

import sys
from typing import Annotated, Any

import segno
import typer

from mailstead.people.person import Factor, NewPerson, NewToken, Person, PersonChange, Token
from mailstead.people.provider import Linked
from mailstead.people.session import Link, Session

from . import show
from .face import Face, Yes, confirm, face_of

people = typer.Typer(no_args_is_help=True)
sessions = typer.Typer(no_args_is_help=True)
factors = typer.Typer(no_args_is_help=True)
identities = typer.Typer(no_args_is_help=True)
tokens = typer.Typer(no_args_is_help=True)
people.add_typer(sessions, name="session", help="Where somebody is signed in.")
people.add_typer(identities, name="sign-in", help="Sign-ins elsewhere that open somebody's account.")
people.add_typer(factors, name="factor", help="Second factors of somebody: apps and passkeys.")

Who = Annotated[str, typer.Argument(metavar="ADDRESS", help="Somebody, by address or id.")]
RoleName = Annotated[str, typer.Option("--role", help="owner, admin, reader, tenant-admin, auditor or user.")]
Tenants = Annotated[list[str] | None, typer.Option("--tenant", help="A tenant they have to do with. Repeatable.")]


@people.command()
def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address: what they sign in as.")],
    role: RoleName,
    tenant: Tenants = None,
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    language: Annotated[str, typer.Option(help="en or de.")] = "en",
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
) -> None:
    """Make an account and print a one-time link, good for three days, by which they choose their password."""
    fields = {"address": address, "role": role, "name": name, "language": language, "time_zone": time_zone}
    invite(face_of(context), NewPerson.parse({**fields, "tenants": tenant or ()}))


@people.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="Part of address or name.")] = "",
    after: Annotated[str, typer.Option(help="Go on behind this address.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
) -> None:
    """List people in the order of their addresses."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_person(one) for one in running.people.register.page(after=after, limit=limit, search=search)]
    columns = ("address", "name", "role", "tenants", "disabled")
    face.rows("", rows, columns=columns, empty="nobody: mailstead person add ADDRESS --role owner")


@people.command("show")
def show_(context: typer.Context, address: Who) -> None:
    """Show somebody: role, tenants, factors, sessions, tokens."""
    face = face_of(context)
    with face.platform() as running:
        register = running.people.register
        person, has = register.get(address), register.factors(address)
        face.value(
            _person(person)
            | {
                "factors": [f"{one.kind} {one.name}" for one in has.factors],
                "recovery_codes_left": has.recovery_codes_left,
                "sessions": len(register.sessions(address)),
                "tokens": [one.name for one in register.tokens(address)],
            }
        )


@people.command()
def change(context: typer.Context, address: Who, role: RoleName, tenant: Tenants = None) -> None:
    """Give somebody another role and other tenants, in place of those before. Ends their sessions."""
    face = face_of(context)
    wanted = PersonChange.parse({"role": role, "tenants": tenant or ()})
    with face.platform() as running:
        person = running.people.register.change(address, wanted)
    face.say(f"{person.address} is {person.role} now{_of(person)}", **_person(person))


@people.command()
def disable(context: typer.Context, address: Who) -> None:
    """Let somebody in no more, neither by sign-in nor by token. Ends their sessions."""
    face = face_of(context)
    with face.platform() as running:
        person = running.people.register.disable(address)
    face.say(f"{person.address} is let in no more", **_person(person))


@people.command()
def enable(context: typer.Context, address: Who) -> None:
    """Let somebody in again."""
    face = face_of(context)
    with face.platform() as running:
        person = running.people.register.enable(address)
    face.say(f"{person.address} may sign in again", **_person(person))


@people.command()
def reset(context: typer.Context, address: Who) -> None:
    """Print a one-time link, good for a day, to choose a new password. Second factors stay as they are."""
    face = face_of(context)
    with face.platform() as running:
        link = running.people.register.reset(address)
    _hand_over(face, link)


@people.command()
def remove(context: typer.Context, address: Who, yes: Yes = False) -> None:
    """Forget somebody and all they had; what they did stays in the audit trail."""
    face = face_of(context)
    with face.platform() as running:
        person = running.people.register.get(address)
        confirm(f"Forget {person.address}?", yes=yes)
        running.people.register.remove(person.id)
    face.say(f"{person.address} is gone", address=person.address)


@sessions.command("list")
def list_sessions(context: typer.Context, address: Who) -> None:
    """List where somebody is signed in, the latest seen first."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_session(one) for one in running.people.register.sessions(address)]
    face.rows("", rows, columns=tuple(rows[0]) if rows else (), empty=f"{address} is signed in nowhere")


@sessions.command("revoke")
def revoke_session(
    context: typer.Context,
    address: Who,
    session: Annotated[str | None, typer.Argument(metavar="SESSION", help="Its id; without it: all.")] = None,
) -> None:
    """End one session of somebody, or all of them."""
    face = face_of(context)
    with face.platform() as running:
        ended = running.people.register.end_sessions(address, session)
    face.say(f"{ended} sessions of {address} ended", ended=ended)


@factors.command("list")
def list_factors(context: typer.Context, address: Who) -> None:
    """List the second factors of somebody."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_factor(one) for one in running.people.register.factors(address).factors]
    face.rows("", rows, columns=tuple(rows[0]) if rows else (), empty=f"{address} has no second factor")


@factors.command("remove")
def remove_factor(
    context: typer.Context, address: Who, factor: Annotated[str, typer.Argument(metavar="FACTOR", help="Its id.")]
) -> None:
    """Take a second factor away, a lost phone's perhaps; after the last one they enrol anew. Ends their sessions."""
    face = face_of(context)
    with face.platform() as running:
        running.people.register.remove_factor(address, factor)
    face.say(f"{address} has this factor no more", person=address, factor=factor)


@identities.command("list")
def list_identities(context: typer.Context, address: Who) -> None:
    """List the sign-ins elsewhere that open somebody's account."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_identity(one) for one in running.people.register.linked(address)]
    face.rows("", rows, columns=tuple(rows[0]) if rows else (), empty=f"{address} signs in here alone")


@identities.command("remove")
def remove_identity(
    context: typer.Context, address: Who, identity: Annotated[str, typer.Argument(metavar="SIGN-IN", help="Its id.")]
) -> None:
    """Let a sign-in elsewhere open somebody's account no more. Ends their sessions."""
    face = face_of(context)
    with face.platform() as running:
        running.people.register.unlink(address, identity)
    face.say(f"it opens the account of {address} no more", person=address, identity=identity)


@tokens.command("add")
def add_token(
    context: typer.Context,
    address: Who,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    scope: Annotated[list[str], typer.Option("--scope", help="A right, such as tenants:read. Repeatable.")],
    tenant: Annotated[list[str] | None, typer.Option("--tenant", help="For these tenants only. Repeatable.")] = None,
    days: Annotated[int, typer.Option(help="How long it counts.")] = 90,
) -> None:
    """Make a key for programs, with some of somebody's rights, and print it this once."""
    face = face_of(context)
    wanted = NewToken.parse({"name": name, "rights": scope, "tenants": tenant or (), "days": days})
    with face.platform() as running:
        token, key = running.people.register.add_token(address, wanted)
    secret = key.reveal_text()
    face.say(f"{secret}\n(shown this once; it counts until {token.expires:%Y-%m-%d})", **_token(token), token=secret)


@tokens.command("list")
def list_tokens(context: typer.Context, address: Who) -> None:
    """List somebody's tokens."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_token(one) for one in running.people.register.tokens(address)]
    face.rows("", rows, columns=tuple(rows[0]) if rows else (), empty=f"{address} has no tokens")


@tokens.command("revoke")
def revoke_token(
    context: typer.Context, address: Who, token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id.")]
) -> None:
    """Revoke a token; it is refused from the next request on."""
    face = face_of(context)
    with face.platform() as running:
        running.people.register.revoke_token(address, token)
    face.say("the token counts no more", token=token)


def invite(face: Face, wanted: NewPerson) -> None:
    """Make an account and print the link to it."""
    with face.platform() as running:
        link = running.people.register.invite(wanted)
    _hand_over(face, link)


def _hand_over(face: Face, link: Link) -> None:
    """Print a one-time link, in a terminal also as a picture for a phone."""
    url = link.url.reveal_text()
    until = f"{link.expires:%Y-%m-%d %H:%M} UTC"
    face.say(f"for {link.person.address}, once, until {until}:\n{url}", **_person(link.person), link=url, until=until)
    if not face.json and show.out.is_terminal:
        segno.make(url, error="m").terminal(out=sys.stdout, compact=True)


def _of(person: Person) -> str:
    return "" if person.everywhere else f" of {', '.join(sorted(person.tenants))}"


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "address": person.address,
        "name": person.name,
        "role": person.role,
        "tenants": ["all"] if person.everywhere else sorted(person.tenants),
        "language": person.language,
        "time_zone": person.time_zone,
        "created": person.created.isoformat(timespec="seconds"),
        "disabled": person.disabled,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "source": session.source,
        "agent": session.agent,
        "stage": session.stage,
        "created": session.created.isoformat(timespec="seconds"),
        "seen": session.seen.isoformat(timespec="seconds"),
    }


def _factor(factor: Factor) -> dict[str, Any]:
    used = factor.used.isoformat(timespec="seconds") if factor.used else None
    created = factor.created.isoformat(timespec="seconds")
    return {"id": factor.id, "kind": factor.kind, "name": factor.name, "created": created, "used": used}


def _identity(linked: Linked) -> dict[str, Any]:
    used = linked.used.isoformat(timespec="seconds") if linked.used else None
    return {"id": linked.id, "issuer": linked.issuer, "name": linked.name, "subject": linked.subject, "used": used}


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "begins": token.begins,
        "scopes": sorted(token.rights),
        "tenants": ["all of the person's"] if token.scope.tenants is None else sorted(token.scope.tenants),
        "expires": token.expires.isoformat(timespec="seconds"),
        "used": token.used.isoformat(timespec="seconds") if token.used else None,
    }
