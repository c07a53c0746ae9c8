"""Second factors. The secret of an app is in the vault, the public key of a passkey is no secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from mailstead.people.errors import SignInRefused
from mailstead.people.person import Factor, FactorKind, Factors
from mailstead.state.database import Database

from .tables import aware, aware_or_none, passkeys, recovery_codes, totp_factors


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey as its authenticator made it."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as it is known."""

    id: str
    person: str
    credential: bytes
    public_key: bytes
    sign_count: int


class FactorStore:
    """All second factors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person: str) -> Factors:
        """Return what the person has, the oldest first."""
        codes = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.person == person)
        with self._database.reading() as connection:
            apps = connection.execute(select(totp_factors).where(totp_factors.c.person == person)).all()
            keys = connection.execute(select(passkeys).where(passkeys.c.person == person)).all()
            left = connection.scalar(codes) or 0
        found = [_factor(row, FactorKind.TOTP) for row in apps] + [_factor(row, FactorKind.PASSKEY) for row in keys]
        return Factors(tuple(sorted(found, key=lambda factor: (factor.created, factor.id))), left)

    def add_totp(self, person: str, factor: str, name: str, at: datetime, step: int) -> None:
        """Remember an app whose code of *step* was given."""
        with self._database.transaction() as connection:
            row = {"id": factor, "person": person, "name": name, "created": at, "used": at, "last_step": step}
            connection.execute(insert(totp_factors).values(row))

    def add_passkey(self, person: str, factor: str, name: str, at: datetime, made: NewPasskey) -> None:
        """Remember a passkey; raise SignInRefused for one that is known already."""
        row = {"id": factor, "person": person, "name": name, "created": at}
        key = {"credential": made.credential, "public_key": made.public_key, "sign_count": made.sign_count}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(passkeys).values(**row, **key))
        except IntegrityError as error:
            raise SignInRefused("this passkey cannot be added", field="passkey", remedy="make another one") from error

    def apps(self, person: str) -> list[tuple[str, int]]:
        """Return the person's apps, each with the last step whose code was used."""
        query = select(totp_factors.c.id, totp_factors.c.last_step).where(totp_factors.c.person == person)
        with self._database.reading() as connection:
            return [(row.id, row.last_step) for row in connection.execute(query)]

    def use_step(self, factor: str, step: int, at: datetime) -> bool:
        """Use the code of *step*; false if it, or a later one, was used: each counts once (RFC 6238, 5.2)."""
        unused = and_(totp_factors.c.id == factor, totp_factors.c.last_step < step)
        with self._database.transaction() as connection:
            used = update(totp_factors).where(unused).values(last_step=step, used=at)
            return connection.execute(used).rowcount == 1

    def passkeys_of(self, person: str) -> list[Passkey]:
        with self._database.reading() as connection:
            return [_passkey(row) for row in connection.execute(select(passkeys).where(passkeys.c.person == person))]

    def passkey(self, credential: bytes) -> Passkey | None:
        """Return the passkey with this credential id."""
        with self._database.reading() as connection:
            row = connection.execute(select(passkeys).where(passkeys.c.credential == credential)).one_or_none()
        return _passkey(row) if row else None

    def use_passkey(self, passkey: Passkey, sign_count: int, at: datetime) -> bool:
        """Write down that a passkey was used; false if somebody else used it meanwhile."""
        unused = and_(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
        with self._database.transaction() as connection:
            used = update(passkeys).where(unused).values(sign_count=sign_count, used=at)
            return connection.execute(used).rowcount == 1

    def remove(self, person: str, factor: str) -> bool:
        """Remove a factor of the person, with the last one the recovery codes; false if there is none such."""
        with self._database.transaction() as connection:
            gone = sum(
                connection.execute(delete(table).where(table.c.id == factor, table.c.person == person)).rowcount
                for table in (totp_factors, passkeys)
            )
            left = sum(connection.scalar(_number(table, person)) or 0 for table in (totp_factors, passkeys))
            if not left:
                connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
        return gone == 1

    def set_codes(self, person: str, digests: list[str]) -> None:
        """Put these recovery codes in the place of those before."""
        with self._database.transaction() as connection:
            connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
            connection.execute(insert(recovery_codes), [{"person": person, "digest": one} for one in digests])

    def use_code(self, person: str, digest: str) -> bool:
        """Use a recovery code up; false if there is none such."""
        mine = and_(recovery_codes.c.person == person, recovery_codes.c.digest == digest)
        with self._database.transaction() as connection:
            return connection.execute(delete(recovery_codes).where(mine)).rowcount == 1


def _number(table: Table, person: str) -> Any:
    return select(func.count()).select_from(table).where(table.c.person == person)


def _factor(row: Row[Any], kind: FactorKind) -> Factor:
    return Factor(row.id, kind, row.name, aware(row.created), aware_or_none(row.used))


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(row.id, row.person, row.credential, row.public_key, row.sign_count)
