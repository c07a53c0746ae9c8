"""People: who they are, their role and tenants, the hash of their password."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, text, true, update
from sqlalchemy.exc import IntegrityError

from mailstead.ground.errors import NotFound
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.people.errors import LastOwner, PersonThere
from mailstead.people.model import Role
from mailstead.people.person import Person, PersonChange, Profile
from mailstead.state.database import Database

from .tables import aware, people, people_tenants


class PersonStore:
    """All people, or those who have to do with the tenants of a scope: others are not found."""

    def __init__(self, database: Database, scope: Scope = EVERYTHING) -> None:
        self._database = database
        self._scope = scope

    def within(self, scope: Scope) -> "PersonStore":
        return PersonStore(self._database, scope)

    def add(self, person: Person) -> None:
        """Remember somebody new; raise PersonThere, or NotFound for a tenant."""
        with self._database.transaction() as connection:
            try:
                connection.execute(insert(people).values(password=None, **_row(person)))
            except IntegrityError as error:
                raise _there(person.address) from error
            _join(connection, person.id, person.tenants)

    def get(self, person: str) -> Person:
        """Return somebody by id or address; raise NotFound."""
        with self._database.reading() as connection:
            return self._need(connection, person)

    def find(self, address: str) -> tuple[Person, str | None] | None:
        """Return whoever has this address with the hash of their password; None: nobody."""
        with self._database.reading() as connection:
            row = connection.execute(select(people).where(people.c.address == address)).one_or_none()
            return (_persons(connection, [row])[0], row.password) if row else None

    def password_of(self, person: str) -> str | None:
        """Return the hash of the person's password."""
        with self._database.reading() as connection:
            return connection.scalar(select(people.c.password).where(people.c.id == person))

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Person]:
        """Return up to *limit* people in the order of their addresses, behind *after*."""
        if not (after + search).isprintable():  # nobody is called that, and PostgreSQL takes no NUL
            return []
        wanted = select(people).where(self._mine, people.c.address > after)
        if search:
            found = (column.icontains(search, autoescape=True) for column in (people.c.address, people.c.name))
            wanted = wanted.where(or_(*found))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(people.c.address).limit(limit)).all()
            return _persons(connection, rows, self._scope)

    def change(self, person: str, wanted: PersonChange) -> Person:
        """Give a role and tenants in place of those before; raise NotFound, LastOwner."""
        with self._database.transaction() as connection:
            there = self._need(connection, person)
            _refuse_last_owner(connection, there, still=wanted.role is Role.OWNER)
            values = {"role": wanted.role, "everywhere": wanted.everywhere}
            connection.execute(update(people).where(people.c.id == there.id).values(values))
            connection.execute(delete(people_tenants).where(people_tenants.c.person == there.id))
            _join(connection, there.id, wanted.tenants)
            return self._need(connection, there.id)

    def describe(self, person: str, profile: Profile) -> Person:
        """Give name, language and time zone in place of those before."""
        return self._set(person, **profile.model_dump(include={"name", "language", "time_zone"}))

    def set_password(self, person: str, hashed: str) -> Person:
        return self._set(person, password=hashed)

    def set_disabled(self, person: str, *, disabled: bool) -> Person:
        """Let somebody in no more, or again; raise NotFound, LastOwner."""
        with self._database.transaction() as connection:
            there = self._need(connection, person)
            _refuse_last_owner(connection, there, still=not disabled)
            connection.execute(update(people).where(people.c.id == there.id).values(disabled=disabled))
            return self._need(connection, there.id)

    def remove(self, person: str) -> None:
        """Forget somebody with all that hangs on them; raise NotFound, LastOwner."""
        with self._database.transaction() as connection:
            there = self._need(connection, person)
            _refuse_last_owner(connection, there, still=False)
            connection.execute(delete(people).where(people.c.id == there.id))

    @property
    def _mine(self) -> ColumnElement[bool]:
        if self._scope.tenants is None:
            return true()
        members = select(people_tenants.c.person).where(people_tenants.c.tenant.in_(sorted(self._scope.tenants)))
        return people.c.id.in_(members)

    def _need(self, connection: Connection, person: str) -> Person:
        named = or_(people.c.id == person, people.c.address == person.lower())
        asked = select(people).where(self._mine, named)
        row = connection.execute(asked).one_or_none() if person.isprintable() else None
        if row is None:
            remedy = "see mailstead person list"
            raise NotFound(f"there is no person {person}", field="person", value=person, remedy=remedy)
        return _persons(connection, [row], self._scope)[0]

    def _set(self, person: str, **values: object) -> Person:
        with self._database.transaction() as connection:
            there = self._need(connection, person)
            connection.execute(update(people).where(people.c.id == there.id).values(**values))
            return self._need(connection, there.id)


def person_by(connection: Connection, query: Select[Any]) -> Person | None:
    """Return the person whose row *query* finds."""
    row = connection.execute(query).one_or_none()
    return _persons(connection, [row])[0] if row else None


def _persons(connection: Connection, rows: Sequence[Row[Any]], scope: Scope = EVERYTHING) -> list[Person]:
    tenants: dict[str, set[str]] = defaultdict(set)
    asked = select(people_tenants).where(people_tenants.c.person.in_([row.id for row in rows]))
    for person, tenant in connection.execute(asked) if rows else ():
        tenants[person].add(tenant)
    return [_person(row, scope.within(tenants[row.id])) for row in rows]


def _row(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "address": person.address,
        "name": person.name,
        "role": person.role,
        "everywhere": person.everywhere,
        "language": person.language,
        "time_zone": person.time_zone,
        "created": person.created,
        "disabled": person.disabled,
    }


def _person(row: Row[Any], tenants: Iterable[str]) -> Person:
    return Person(
        id=row.id,
        address=row.address,
        name=row.name,
        role=Role(row.role),
        tenants=frozenset(tenants),
        everywhere=row.everywhere,
        language=row.language,
        time_zone=row.time_zone,
        created=aware(row.created),
        disabled=row.disabled,
        has_password=row.password is not None,
    )


def _join(connection: Connection, person: str, tenants: Iterable[str]) -> None:
    for tenant in sorted(tenants):
        try:
            connection.execute(insert(people_tenants).values(person=person, tenant=tenant))
        except IntegrityError as error:
            remedy = "see mailstead tenant list"
            raise NotFound(f"there is no tenant {tenant}", field="tenants", value=tenant, remedy=remedy) from error


def _refuse_last_owner(connection: Connection, person: Person, *, still: bool) -> None:
    """Raise LastOwner if *person* is the only owner who may sign in, and is to be one no more."""
    if still or person.role is not Role.OWNER or person.disabled:
        return
    if connection.dialect.name == "postgresql":  # two owners must not remove each other at once
        connection.execute(text("LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE"))
    owners = select(func.count()).where(people.c.role == Role.OWNER, people.c.disabled.is_(False))
    if (connection.scalar(owners) or 0) < 2:
        message = f"{person.address} is the only owner"
        remedy = "make somebody else an owner first"
        raise LastOwner(message, field="person", value=person.address, remedy=remedy)


def _there(address: str) -> PersonThere:
    remedy = f"change it: mailstead person change {address}"
    return PersonThere(f"{address} has an account already", field="address", value=address, remedy=remedy)
