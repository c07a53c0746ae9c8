"""What the trail is told of each operation that changes something, and what it must never be told."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.access.stage import Stage

from .asking import asker, client_of
from .examples import EXAMPLES
from .test_matrix import Operation, _ask, _described, _operations, _prepared

FROM = re.compile(r'"(?:source|from)":"\w')
SENT = "canary sent 4711 between four hedges"
SILENT = {"preview_tenant", "verify_audit", "end_sessions", "revoke_token"}  # here they change nothing
LAST = ("remove_person", "remove_tenant", "purge_tenant")  # after these there is nothing to be changed
SECRETS = {"passwords", "secret", "url"}


def _given(body: Any, *, told: bool = False) -> Iterator[str]:
    """Yield the secrets that an answer shows."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _given(value, told=told or name in SECRETS)
    elif isinstance(body, list):
        for value in body:
            yield from _given(value, told=told)
    elif told and isinstance(body, str):
        yield body.rpartition("/")[2]  # of a link its secret


def _changing(stage: Stage) -> list[Operation]:
    found = [one for one in _operations(_described(stage)) if one.verb != "GET" and not one.example.gives]
    return sorted(found, key=lambda one: LAST.index(one.id) if one.id in LAST else -1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = _prepared(tmp_path_factory.mktemp("audit"))
    yield made
    made.engine.close()


def test_each_change_is_told_with_who_and_from_where_and_no_secret_with_it(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets, done, untold = {SENT}, 0, []
    with client_of(stage) as client:
        for operation in _changing(stage):
            before = stage.running.trail.head().sequence
            answer = _ask(client, stage, operation, "owner", "acme")
            if answer.is_success and operation.id not in SILENT:
                new = [entry for entry in stage.running.trail.list(limit=50) if entry.sequence > before]
                whole = any("owner" in entry.actor and FROM.search(entry.details) for entry in new)
                untold += [] if whole else [operation.id]
                done += 1
            secrets |= set(_given(answer.json()) if answer.content and "json" in answer.headers["content-type"] else ())
            stage.engine.settle()
    assert not untold
    assert done > len(EXAMPLES) // 3
    assert len(secrets) > 4
    _refuse_everywhere(stage, caplog, secrets)


def test_no_secret_that_is_sent_or_made_gets_into_trail_orders_or_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    boxes = "/tenants/globex/mailboxes"
    with client_of(stage) as client:
        ask = asker(client)
        added = ask("bob", "POST", boxes, json={"address": "new@globex.example", "password": SENT})
        assert added.status_code == 202
        csv = f"address,password\nmore@globex.example,{SENT}\n"
        imported = ask("bob", "POST", f"{boxes}/import", content=csv.encode(), headers={"Content-Type": "text/csv"})
        assert imported.status_code == 202
        for wrong in (
            {"address": SENT},
            {"address": "a@globex.example", "name": 1, "password": SENT},
            {"address": "a@globex.example", "passwort": SENT},
            {"address": "a@globex.example", "password": {"is": SENT}},
        ):
            assert ask("bob", "POST", boxes, json=wrong).status_code == 422
    stage.engine.settle()
    _refuse_everywhere(stage, caplog, {SENT})


def _refuse_everywhere(stage: Stage, caplog: pytest.LogCaptureFixture, secrets: set[str]) -> None:
    orders = stage.running.desk.list(None, None, 10_000)
    told = repr(stage.running.trail.list(limit=100_000)) + repr(orders) + caplog.text
    kept = b"".join(path.read_bytes() for path in Path(stage.running.home).glob("state.sqlite*"))
    for secret in secrets:
        assert secret not in told
        assert secret.encode() not in kept
