"""Every route × verb × caller × own, other and missing tenant: made from the API's own description and the rights."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from mailstead.access.browser import PROOF_HEADER, SESSION_COOKIE, proof
from mailstead.api import application
from mailstead.api.description import METHODS
from mailstead.people.model import Caller
from mailstead.people.person import NewPerson
from tests.access.stage import CANARIES, CAST, KnownCallers, Stage, keep_mail, open_stage

from .asking import MANY, client_of
from .examples import EXAMPLES, WHOLE_TRAIL, Example

TENANTS = ("acme", "globex", "missing")
LOCAL = {"aliases": "info", "lists": "all"}
PERSON = "anna@acme.example"
EVERYWHERE = ["TRACE", "OPTIONS", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "get", "X"]


@dataclass(frozen=True)
class Operation:
    """One verb of one path."""

    id: str
    verb: str
    path: str

    @property
    def example(self) -> Example:
        return EXAMPLES[self.id]

    def at(self, tenant: str, order: str) -> str:
        local = next((local for kind, local in LOCAL.items() if f"/{kind}/" in self.path), "anna")
        return self.path.format(
            tenant=tenant,
            order=order,
            address=f"{local}@{tenant}.example",
            domain=f"{CANARIES.get(tenant, 'none')}.example",
            host="kvm1",
            label="before",
            snapshot=2,
            beside="trial",
            person=PERSON,
            part="x",
            service="W32Time",
        )


def _described(stage: Stage) -> dict[str, Any]:
    return application(stage.running, MANY, KnownCallers()).openapi()


def _operations(described: dict[str, Any]) -> Iterator[Operation]:
    for path, verbs in sorted(described["paths"].items()):
        for verb in METHODS:
            if verb in verbs:
                yield Operation(verbs[verb]["operationId"], verb.upper(), path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A platform on which only what changes nothing is done."""
    made = _prepared(tmp_path_factory.mktemp("matrix"))
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def asked(shared: Stage) -> Iterator[TestClient]:
    with client_of(shared) as client:
        yield client


@pytest.fixture(scope="module")
def operations(shared: Stage) -> list[Operation]:
    return list(_operations(_described(shared)))


def _prepared(folder: Any) -> Stage:
    stage = open_stage(folder, "acme", "globex")
    for name in ("acme", "globex"):
        stage.running.care.take(name, "before")
        keep_mail(stage, name)
        stage.running.protection.run(name)
        stage.engine.settle()
        stage.running.protection.hold(name, 2, reason=CANARIES[name], by="somebody")
    stage.engine.settle()
    wanted = {"address": PERSON, "role": "tenant-admin", "tenants": ["acme"]}
    stage.running.people.register.invite(NewPerson.parse(wanted))
    return stage


def _order(stage: Stage, tenant: str) -> str:
    found = stage.running.desk.list(tenant, None, 1)
    return found[0].id if found else "o000000000000"


def _ask(client: TestClient, stage: Stage, operation: Operation, who: str, tenant: str) -> Response:
    example = operation.example
    body = json.dumps(example.body) if isinstance(example.body, dict) else example.body
    headers = {**example.headers, **_credentials(who)}
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    answer: Response = client.request(
        operation.verb,
        operation.at(tenant, _order(stage, tenant)),
        content=None if body is None else body.replace("TENANT", tenant),
        params={name: value.replace("TENANT", tenant) for name, value in example.query.items()},
        headers=headers,
    )
    return answer


def _credentials(who: str) -> dict[str, str]:
    """Return what shows who asks: the owner comes by the console's session, the others by a token."""
    if who != "owner":
        return {"Authorization": f"Bearer {who}"}
    return {"Cookie": f"{SESSION_COOKIE}=session-owner", PROOF_HEADER: proof("session-owner")}


def _refused(operation: Operation, caller: Caller, tenant: str) -> int | None:
    """Return the status that the caller's rights and scope give; None: they may."""
    right = operation.example.right
    if right and right not in caller.rights:
        return 403
    if operation.id in WHOLE_TRAIL and caller.scope.tenants is not None:
        return 403
    of_tenant = "{tenant}" in operation.path or "{order}" in operation.path
    if of_tenant and (tenant == "missing" or not caller.scope.admits(tenant)):
        return 404
    if "{person}" in operation.path and caller.scope.tenants is not None:
        if operation.id != "get_person":
            return 403  # how people prove who they are, only owners and operators see
        return None if caller.scope.admits("acme") else 404
    return None


def test_every_operation_has_an_example_and_every_example_an_operation(operations: list[Operation]) -> None:
    assert {operation.id for operation in operations} == EXAMPLES.keys()


def test_whoever_is_nobody_learns_nothing_whatever_the_path_and_the_verb(
    asked: TestClient, operations: list[Operation], tell: Any
) -> None:
    paths = {operation.at("acme", "o000000000000") for operation in operations}
    tried = 0
    for path in sorted(paths | {"/api/v1/nothing", "/api/v1/openapi.json", "/api/v1", "/", "/api/v2/tenants"}):
        for verb in EVERYWHERE:
            for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer stranger"}):
                answer = asked.request(verb, path, headers=headers)
                assert answer.status_code == 401, (verb, path, headers)
                assert "canary" not in answer.text
                tried += 1
    tell(f"API without a sign-in: {tried} requests, all of them 401")


@pytest.mark.parametrize("who", CAST)
def test_what_rights_and_scope_refuse_is_refused_and_others_canaries_are_nowhere(
    shared: Stage, asked: TestClient, operations: list[Operation], who: str, tell: Any
) -> None:
    before, caller, tried = shared.running.trail.head(), CAST[who], 0
    for operation in operations:
        for tenant in TENANTS:
            status = _refused(operation, _asking(who), tenant)
            if status is None and operation.verb != "GET":
                continue  # below, each on a platform of its own
            answer = _ask(asked, shared, operation, who, tenant)
            assert answer.status_code == (status or operation.example.gives or 200), (operation, tenant, answer.text)
            _refuse_canaries(answer, caller)
            tried += 1
    assert shared.running.trail.head() == before
    tell(f"API as {who}: {tried} requests, each answered as rights and scope say")


def test_what_is_allowed_is_done(tmp_path_factory: pytest.TempPathFactory, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.verb == "GET":
            continue
        who = next(name for name in ("alice", "owner", "uma") if _refused(operation, _asking(name), "acme") is None)
        stage = _prepared(tmp_path_factory.mktemp(operation.id))
        with client_of(stage) as client:
            answer = _ask(client, stage, operation, who, "acme")
            expected = operation.example.gives
            assert answer.status_code == expected or (answer.is_success and not expected), (operation, answer.text)
            _refuse_canaries(answer, CAST[who])
        stage.engine.close()


def test_another_tenant_and_a_missing_one_are_told_in_the_same_words(
    shared: Stage, asked: TestClient, operations: list[Operation]
) -> None:
    for operation in operations:
        if "{tenant}" in operation.path and _refused(operation, _asking("alice"), "globex") == 404:
            told = [
                _ask(asked, shared, operation, "alice", name).text.replace(name, "T") for name in ("globex", "missing")
            ]
            assert told[0] == told[1], operation


def _asking(who: str) -> Caller:
    callers = KnownCallers()
    return callers.by_session(f"session-{who}", "") if who == "owner" else callers.by_token(who, "")


def _refuse_canaries(answer: Response, caller: Caller) -> None:
    shown = answer.text + str(answer.headers.raw)
    for tenant, canary in CANARIES.items():
        asked_for = canary in str(answer.request.url)
        assert caller.scope.admits(tenant) or asked_for or canary not in shown, (answer.request.url, tenant)
