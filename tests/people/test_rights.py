"""Rights: nobody gets more by a token, a session or a scope than their role has. Over all roles, rights and tenants."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailstead.ground.errors import InvalidInput
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.people.errors import Forbidden, StepUpNeeded
from mailstead.people.model import GRAVE, OPERATORS, RIGHTS, TWO_FACTORS, Caller, Right, Role
from mailstead.people.person import NewToken, PersonChange

from .conftest import HERE, House

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TENANTS = ("acme", "globex")
roles = st.sampled_from(Role)
some_tenants = st.frozensets(st.sampled_from(TENANTS))
some_rights = st.frozensets(st.sampled_from(Right), min_size=1)
scopes = st.none().map(lambda _: EVERYTHING) | some_tenants.map(Scope)
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def caller(rights: frozenset[Right], fresh_until: datetime | None = None, at: datetime | None = NOW) -> Caller:
    return Caller("1", "olga", Role.OWNER, EVERYTHING, rights, "session", "", fresh_until, at)


@slow
@given(role=roles, tenants=some_tenants, rights=some_rights, of=some_tenants)
def test_no_role_gets_more_by_a_token(
    house: House, role: Role, tenants: frozenset[str], rights: frozenset[Right], of: frozenset[str]
) -> None:
    register = house.people.register
    if not register.page():
        house.settled()
        house.settled("x@y.example", Role.READER)
    try:
        person = register.change("x@y.example", PersonChange.parse({"role": role, "tenants": tenants}))
        token, key = register.add_token(person.id, NewToken.parse({"name": "x", "rights": rights, "tenants": of}))
    except InvalidInput:
        return
    asked = house.people.callers.by_token(key.reveal_text(), HERE.source)
    assert asked.rights <= RIGHTS[role] - GRAVE
    assert asked.rights <= rights
    for tenant in (*TENANTS, "initech"):
        assert not asked.scope.admits(tenant) or (person.scope.admits(tenant) and (not of or tenant in of))
    with pytest.raises((Forbidden, StepUpNeeded)):
        asked.demand(Right.PEOPLE_WRITE)
    register.revoke_token(person.id, token.id)


@slow
@given(role=st.sampled_from([Role.TENANT_ADMIN, Role.USER, Role.AUDITOR]), tenants=some_tenants, scope=scopes)
def test_a_tenants_administrator_never_sees_outside_their_scope(
    house: House, role: Role, tenants: frozenset[str], scope: Scope
) -> None:
    register = house.people.register
    if not register.page():
        house.settled()
        house.invite("x@y.example", Role.READER)
    try:
        person = register.change("x@y.example", PersonChange.parse({"role": role, "tenants": tenants}))
    except InvalidInput:
        assert not tenants
        return
    assert person.scope == (EVERYTHING if role is Role.AUDITOR and not tenants else Scope(tenants))
    for seen in register.within(scope).page():
        assert all(scope.admits(tenant) for tenant in seen.tenants)
        assert seen.tenants or scope == EVERYTHING


@given(one=scopes, other=scopes, tenant=st.sampled_from([*TENANTS, "initech"]))
def test_two_scopes_admit_together_what_both_admit(one: Scope, other: Scope, tenant: str) -> None:
    assert one.narrowed(other).admits(tenant) == (one.admits(tenant) and other.admits(tenant))


@pytest.mark.parametrize("right", Right)
def test_a_right_is_had_or_not(right: Right) -> None:
    caller(frozenset({right}), NOW + timedelta(minutes=1)).demand(right)
    with pytest.raises(Forbidden) as refusal:
        caller(frozenset(Right) - {right}, NOW + timedelta(minutes=1)).demand(right)
    assert refusal.value.value == right


@pytest.mark.parametrize("right", sorted(GRAVE))
@pytest.mark.parametrize(("fresh_until", "at"), [(None, NOW), (NOW, NOW), (NOW - timedelta(1), NOW), (NOW, None)])
def test_a_grave_right_is_not_used_without_a_second_factor_just_given(
    right: Right, fresh_until: datetime | None, at: datetime | None
) -> None:
    with pytest.raises(StepUpNeeded):
        caller(frozenset(Right), fresh_until, at).demand(right)


def test_only_owners_look_after_people_and_no_operator_but_an_owner_reads_mail() -> None:
    assert {role for role in Role if Right.PEOPLE_WRITE in RIGHTS[role]} == {Role.OWNER}
    assert {role for role in OPERATORS if Right.MAIL_OPEN in RIGHTS[role]} == {Role.OWNER}


def test_who_only_reads_changes_nothing() -> None:
    writing = {right for right in Right if right.endswith((":write", ":purge", ":restore", ":failover"))}
    assert not writing & (RIGHTS[Role.READER] | RIGHTS[Role.AUDITOR] | RIGHTS[Role.USER])


def test_every_role_but_that_of_mailbox_users_needs_two_factors() -> None:
    assert set(Role) - TWO_FACTORS == {Role.USER}


@pytest.mark.parametrize("right", sorted(GRAVE))
def test_a_token_cannot_be_given_a_grave_right(right: Right) -> None:
    with pytest.raises(InvalidInput):
        NewToken.parse({"name": "x", "rights": ["mail:read", right]})
