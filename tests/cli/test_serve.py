"""mailstead serve as a process of its own: TLS by the built-in authority, both faces, a stop that loses no order."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import httpx
import pytest

from mailstead.wiring import found_platform, open_platform

PLATFORM = """\
[[sites]]
name = "home"

[[sites.hosts]]
name = "kvm1"
driver = "memory"

[dns]
driver = "memory"

[web]
url = "https://localhost:PORT"
port = PORT
"""
PROGRAM = str(Path(sys.executable).with_name("mailstead"))
OWNER = "olga@mailstead.example"
PATIENCE_S = 120.0


@pytest.fixture
def port() -> int:
    with create_server(("127.0.0.1", 0)) as listening:
        found: int = listening.getsockname()[1]
        return found


@pytest.fixture
def home(tmp_path: Path, port: int) -> Path:
    found_platform(tmp_path / "home", PLATFORM.replace("PORT", str(port)))
    return tmp_path / "home"


def _say(home: Path, *words: str) -> Any:
    command = [PROGRAM, "--home", str(home), "--json", *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    return json.loads(answer.stdout)


@contextmanager
def _serving(home: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [PROGRAM, "--home", str(home), "serve", *words]
    with (home / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _client(home: Path, port: int, token: str) -> httpx.Client:
    """Return a client that trusts the platform's own authority, once somebody answers."""
    with open_platform(home) as running:
        root = running.authority_pem()
    assert root
    trust = ssl.create_default_context(cadata=root.decode())
    headers = {"Authorization": f"Bearer {token}"}
    client = httpx.Client(base_url=f"https://localhost:{port}", verify=trust, headers=headers, timeout=60)
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            assert client.get("/healthz").text == "ok\n"
        except httpx.TransportError:
            assert time.monotonic() < until, (home / "serve.log").read_text()
            time.sleep(0.2)
        else:
            return client


def test_what_was_ordered_over_the_api_survives_a_stop_in_its_midst(home: Path, port: int) -> None:
    _say(home, "init", "--owner", OWNER)
    scopes = [word for right in ("tenants:read", "tenants:write", "orders:read") for word in ("--scope", right)]
    token = _say(home, "token", "add", OWNER, "tests", *scopes)["token"]
    new = {"name": "acme", "domains": [{"name": "acme.example"}]}
    with _serving(home) as process, closing(_client(home, port, token)) as client:
        assert client.get("/").url.path in {"/", "/sign-in"}
        assert client.get("/api/v1/me", headers={"Authorization": ""}).status_code == 401
        given = client.post("/api/v1/tenants", json=new)
        assert given.status_code == 202, given.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, (home / "serve.log").read_text()
    with _serving(home), closing(_client(home, port, token)) as client:
        until = time.monotonic() + PATIENCE_S
        while (order := client.get(given.headers["Location"]).json())["status"] not in {"done", "failed"}:
            assert time.monotonic() < until, order
            time.sleep(0.3)
        assert order["status"] == "done", order
        assert client.get("/api/v1/tenants/acme").json()["status"] == "active"
    assert "Traceback" not in (home / "serve.log").read_text()


def test_without_a_worker_orders_are_taken_and_left_to_another(home: Path, port: int) -> None:
    _say(home, "init", "--owner", OWNER)
    token = _say(home, "token", "add", OWNER, "tests", "--scope", "tenants:write", "--scope", "orders:read")["token"]
    with _serving(home, "--no-worker"), closing(_client(home, port, token)) as client:
        given = client.post("/api/v1/tenants", json={"name": "acme", "domains": [{"name": "acme.example"}]})
        assert given.status_code == 202, given.text
        time.sleep(1)
        assert client.get(given.headers["Location"]).json()["status"] == "queued"
