"""`python -m tests.standin` starts hosts, says how to reach them, and ends on a signal."""

import subprocess
import sys
from pathlib import Path

from mailstead.ground.clock import SystemClock
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret

from .shipped import HOST


def test_three_hosts_by_hand(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.standin", "--hosts", "3", "--machines", "2", "--folder", str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout
        trust, _account, *hosts = [process.stdout.readline() for _ in range(5)]
        ports = [int(line.split("localhost:")[1].split("/")[0]) for line in hosts]
        account = Basic("svc-mailstead", Secret.of((tmp_path / "password").read_text()))
        fleet = Fleet(SystemClock())
        names = set()
        for port in ports:
            way = fleet.at(Endpoint("localhost", HOST, account, port=port, trust=Path(trust.split()[1])))
            names.add(way.run(hyperv.GetVMHost()).one("VMHost").text_of("Name"))
            assert len(way.run(hyperv.GetVMs()).values) == 2
        fleet.close()
        process.terminate()
        assert process.wait(10) == 0
    assert names == {"HV01", "HV02", "HV03"}
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600
