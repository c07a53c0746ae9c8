"""The tour: three hosts as programs of their own, and the normal command line against them, as a person types it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from . import tour

Say = Callable[..., tuple[Any, str]]
HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tour")


@pytest.fixture(scope="module")
def ports(folder: Path) -> Iterator[list[str]]:
    argv = [sys.executable, "-m", "tests.standin", "--hosts", "3", "--folder", str(folder / "hosts")]
    with subprocess.Popen(
        [*argv, "--tour", str(folder / "home")], stdout=subprocess.PIPE, text=True, cwd=HERE
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(6)]
        yield [line.split("localhost:")[1].split("/")[0] for line in lines[2:5]]
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture
def say(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Say something to the tour's program; a new process each time would only take longer."""

    def call(*words: str) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["tour", "--home", str(folder / "home"), "--json", *words])
        capsys.readouterr()
        status: object = 0
        try:
            tour.run()
        except SystemExit as end:
            status = end.code
        told = capsys.readouterr()
        assert not status, told.err
        return json.loads(told.out), told.err

    return call


def test_a_tenant_is_brought_into_service_and_looked_after(folder: Path, ports: list[str], say: Say) -> None:
    hosts = folder / "hosts"
    for number, port in enumerate(ports, 1):
        say(
            *("host", "add", f"hv0{number}", "--driver", "hyperv", "--address", "localhost", "--port", port),
            *("--sign-in", "basic", "--account", "svc-mailstead", "--trust", str(hosts / "1.pem")),
            *("--password-file", str(hosts / "password")),
        )
    say("host", "remove", "spare", "--no-check", "--yes")
    assert say("host", "check", "hv02")[0]["passed"]

    order, sent = say("tenant", "add", "acme", "--domain", "acme.example", "--host", "hv02", "--explain")
    assert order["status"] == "done", order
    for cmdlet in ("New-VM -Name 'ms-acme'", "-ParentPath", "Set-VMNetworkAdapterVlan -Access", "Start-VM"):
        assert cmdlet in sent
    assert (hosts / "password").read_text() not in sent

    assert say("doctor")[0]["findings"] == []
    assert say("drift")[0] == []
    machines = {row["host"]: row["machines"] for row in say("host", "list")[0]}
    assert machines == {"hv01": 0, "hv02": 1, "hv03": 0}
