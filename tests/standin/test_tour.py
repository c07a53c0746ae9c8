"""The tour: three hosts as programs of their own, and the normal command line against them, as a person types it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret

from . import tour
from .shipped import HOST

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

    def call(*words: str, status: int = 0) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["tour", "--home", str(folder / "home"), "--json", *words])
        capsys.readouterr()
        ended: object = 0
        try:
            tour.run()
        except SystemExit as end:
            ended = end.code or 0
        told = capsys.readouterr()
        assert ended == status, told
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

    _by_hand(hosts, int(ports[1]))
    (found,), _ = say("drift", status=3)
    assert found["tenant"] == "acme"
    assert "999" in json.dumps(found["changes"])
    assert say("apply", "--yes")[0]["orders"][0]["status"] == "done"
    assert say("drift")[0] == []


def _by_hand(hosts: Path, port: int) -> None:
    """Somebody moves the machine into another VLAN."""
    fleet = Fleet(SystemClock())
    account = Basic("svc-mailstead", Secret.of((hosts / "password").read_text()))
    way = fleet.at(Endpoint("localhost", HOST, account, port=port, trust=hosts / "1.pem"))
    number = way.run(hyperv.GetVMs(Name=("ms-acme",))).one("VirtualMachine").guid("Id")
    card = hyperv.GetVM(Id=number) | hyperv.GetVMNetworkAdapter()
    way.run(card | hyperv.SetVMNetworkAdapterVlan(VlanId=999))
    fleet.close()
