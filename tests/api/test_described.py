"""The API keeps to its own description: whatever that allows or forbids is sent, and a client made of it works."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from mailstead.api import application
from tests.access.stage import KnownCallers, Stage, keep_mail, open_stage

from .asking import MANY, URL, asker, client_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,  # the last: does not know 413
]
EACH = 6
SPARED = {"check_tenant"}  # takes a second each time
NAMED = {"data": "content"}  # what requests and httpx call differently
FEW = settings(
    max_examples=EACH,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = open_stage(tmp_path_factory.mktemp("described"), "acme", "globex")
    keep_mail(made, "acme")
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def client(stage: Stage) -> Iterator[TestClient]:
    with client_of(stage) as client:
        yield client


@pytest.fixture(scope="module")
def described(stage: Stage) -> dict[str, Any]:
    return application(stage.running, MANY, KnownCallers()).openapi()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_the_description_allows_or_forbids_is_answered_as_it_says(
    described: dict[str, Any], client: TestClient, mode: GenerationMode, tell: Any
) -> None:
    schema, sent = schemathesis.openapi.from_dict(described), 0

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.definition.raw["operationId"] in SPARED:
            continue

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            nonlocal sent
            headers = {"Authorization": "Bearer olga"}
            wanted = case.as_transport_kwargs(base_url=URL, headers=headers)
            answer = client.request(**{NAMED.get(name, name): wanted[name] for name in wanted if name != "cookies"})
            too_large = answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE  # refused before it is read
            case.validate_response(answer, checks=CHECKS[:-1] if too_large else CHECKS)
            sent += 1

        ask()
    tell(f"API, {mode.name.lower()} requests made from its description: {sent}, each answered as described")


def test_the_description_says_how_to_sign_in_and_what_every_operation_is_for(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["security"] == [{"token": []}, {"session": []}]
    tags = {tag["name"] for tag in described["tags"]}
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            assert operation["summary"], (path, verb)
            assert operation["description"].endswith("."), (path, verb)
            assert set(operation["tags"]) <= tags
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}


def test_nothing_that_is_sent_allows_unknown_fields(described: dict[str, Any]) -> None:
    sent = set(re.findall(r"#/components/schemas/(\w+)", json.dumps([
        operation.get("requestBody", {}) for verbs in described["paths"].values() for operation in verbs.values()
    ])))  # fmt: skip
    assert sent
    for name in sent:
        assert described["components"]["schemas"][name]["additionalProperties"] is False, name


def test_a_client_made_from_the_description_works(
    described: dict[str, Any], client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(described))
    (tmp_path / "config.yml").write_text("post_hooks: []\n")
    program = Path(sys.executable).with_name("openapi-python-client")
    made = subprocess.run(
        [program, "generate", "--path", "openapi.json", "--output-path", "made", "--config", "config.yml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    told = made.stdout + made.stderr
    assert told.count("WARNING") == 1, told  # of the one body that is no JSON
    assert "Unsupported content type text/csv" in told
    (package,) = (path for path in (tmp_path / "made").iterdir() if (path / "__init__.py").exists())
    sys.path.insert(0, str(tmp_path / "made"))
    try:
        get_tenant = importlib.import_module(f"{package.name}.api.tenants.get_tenant")
        add_mailbox = importlib.import_module(f"{package.name}.api.mailboxes.add_mailbox")
        models = importlib.import_module(f"{package.name}.models")
        signed_in = importlib.import_module(package.name).AuthenticatedClient(base_url=URL, token="alice")
        client.headers["Authorization"] = "Bearer alice"
        signed_in.set_httpx_client(client)
        assert get_tenant.sync("acme", client=signed_in).name == "acme"
        given = add_mailbox.sync("acme", client=signed_in, body=models.MailboxNew(address="made@acme.example"))
        assert given.order.tenant == "acme"
        refused = get_tenant.sync("globex", client=signed_in)
        assert (refused.code, refused.status) == ("not-found", 404)
    finally:
        sys.path.remove(str(tmp_path / "made"))
        del client.headers["Authorization"]


def test_the_description_itself_is_for_those_who_are_signed_in(client: TestClient) -> None:
    assert asker(client)("charlie", "GET", "/openapi.json").json()["info"]["title"] == "mailstead"
    assert asker(client)("", "GET", "/openapi.json").status_code == 401
