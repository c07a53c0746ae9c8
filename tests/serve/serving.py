"""Processes of `mailstead serve` over real folders and sockets, and clients that believe the built-in authority."""

import json
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from socket import create_server
from threading import Event
from typing import Any
from uuid import uuid4

import httpx

from mailstead.people.model import GRAVE, RIGHTS, Role
from mailstead.people.person import NewPerson, NewToken
from mailstead.sites.files import read_platform
from mailstead.wiring.founding import PLATFORM_FILE, found_platform
from mailstead.wiring.memory import memory_outside
from tests.kills.lives import PLATFORM, Home, Play, _write_image
from tests.orders.dbos_state import _each, postgres_server

UP_S = 60.0
OWNER = "olga@operator.example"
ACME = {"name": "acme", "domains": [{"name": "acme.example"}]}


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port


def found(folder: Path, database: str = "", orders: str = "") -> Home:
    """Return a new platform without tenants, whose console is at a free port of this machine."""
    folder.mkdir(parents=True)
    images = folder / "images"
    _write_image(images / "current")
    port = free_port()
    web = f'\n[web]\nurl = "https://localhost:{port}"\nport = {port}\n'
    (folder / PLATFORM_FILE).write_text(PLATFORM.format(images=images, database=database, orders=orders) + web)
    found_platform(folder, "")
    return Home(folder, memory_outside(read_platform(folder / PLATFORM_FILE)))


@contextmanager
def found_on_postgres(folder: Path) -> Iterator[Home]:
    """Yield a platform whose state and orders are in two databases of their own."""
    server = postgres_server()
    names = [f"mailstead_test_serve_{uuid4().hex[:8]}" for _ in ("state", "orders")]
    _each(server, [f'CREATE DATABASE "{name}"' for name in names])
    urls = [server.set(database=name).render_as_string(hide_password=False) for name in names]
    try:
        yield found(folder, *urls)
    finally:
        _each(server, [f'DROP DATABASE "{name}" WITH (FORCE)' for name in names])


def another_machine(home: Path, folder: Path) -> Path:
    """Return a folder with the same platform, as it would be on another machine, in the same world."""
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("world", "host-id"))
    (folder / "world").symlink_to(home / "world")
    return folder


@dataclass
class Gate:
    """Stands before a port: calls of *verb* wait until it is opened."""

    inner: Any
    verb: str
    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name != self.verb:
            return found

        def gated(*args: Any, **named: Any) -> Any:
            self.reached.set()
            assert self.opened.wait(UP_S), "nobody opened the gate"
            return found(*args, **named)

        return gated


def gated(home: Home, verb: str) -> tuple[Home, Gate]:
    """Return the platform with a gate before *verb* of the machines of its host."""
    host = home.outside.hosts["kvm1"]
    gate = Gate(host.machines, verb)
    hosts = {"kvm1": replace(host, machines=gate)}
    return Home(home.folder, replace(home.outside, hosts=hosts)), gate


@dataclass(frozen=True)
class Process:
    """A process that serves, and how to speak with it as the owner of the token."""

    process: "subprocess.Popen[str]"
    client: httpx.Client

    def stopped(self, within_s: float = 30.0) -> int:
        """Ask it to stop and return its exit status."""
        self.process.terminate()
        return self.process.wait(within_s)

    def killed(self) -> None:
        self.process.kill()
        self.process.wait()

    def add_acme(self) -> str:
        """Order a tenant and return the order."""
        answer = self.client.post("/api/v1/tenants", json=ACME)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def order(self, order: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/v1/orders/{order}").raise_for_status().json()
        return found

    def events(self, order: str, told: Event | None = None) -> list[dict[str, Any]]:
        """Follow an order until the stream ends as it should, and return what was told; *told* when it begins."""
        found = []
        with self.client.stream("GET", f"/api/v1/orders/{order}/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line.removeprefix("data: ")))
                    if told:
                        told.set()
        return found


@contextmanager
def serving(play: Play, token: str, *words: object, folder: Path | None = None) -> Iterator[Process]:
    """Yield `mailstead serve` in a process of its own, once it answers; it is killed at the end."""
    platform = play.running.platform
    port = words[words.index("--port") + 1] if "--port" in words else platform.web.port
    argv = [sys.executable, "-m", "tests.serve.program", "--home", str(folder or play.running.home), "serve"]
    process = subprocess.Popen([*argv, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    pem = play.running.authority_pem() or b""
    trusted = ssl.create_default_context(cadata=pem.decode())
    headers = {"Host": platform.web.url.removeprefix("https://"), "Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(
            base_url=f"https://localhost:{port}", verify=trusted, headers=headers, timeout=UP_S
        ) as client:
            _await_answer(client, process)
            yield Process(process, client)
    finally:
        process.kill()
        process.communicate()


def _await_answer(client: httpx.Client, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + UP_S
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0]
        try:
            client.get("/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("it has not come up")


def owner_token(play: Play) -> str:
    """Make an owner, and return a token of theirs."""
    register = play.running.people.register.by("tests")
    person = register.invite(NewPerson.parse({"address": OWNER, "role": Role.OWNER})).person
    wanted = NewToken.parse({"name": "tests", "rights": RIGHTS[Role.OWNER] - GRAVE})
    return register.add_token(person.id, wanted)[1].reveal_text()
