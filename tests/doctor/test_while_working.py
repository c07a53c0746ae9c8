"""Examining while a real worker works: who is in hand is left alone, nobody is accused, and the work goes on."""

import json
from pathlib import Path

import pytest

from mailstead.doctor.model import Finding
from mailstead.orders.model import Status
from mailstead.tenants.model import Tenant
from mailstead.wiring import found_platform, open_platform
from tests.cli.conftest import PLATFORM
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

MANY = 6


@pytest.fixture
def home(tmp_path: Path) -> Path:
    image = tmp_path / "images" / "current"
    image.mkdir(parents=True)
    (image / "manifest.json").write_text(json.dumps({"cmdline": "root=/dev/vda rw", "system_mib": 4096}))
    image_table = f'\n[image]\ncache = "{tmp_path}/images"\n'
    found_platform(tmp_path / "home", PLATFORM + image_table)
    return tmp_path / "home"


def test_a_worker_at_work_is_no_fault_at_any_moment(home: Path) -> None:
    found: set[Finding] = set()
    in_hand: set[str] = set()
    with open_platform(home, worker=True) as running:
        names = [f"tenant-{number}" for number in range(MANY)]
        orders = [
            running.lifecycle.add(Tenant.parse({"name": name, "domains": [{"name": f"{name}.example"}]}))
            for name in names
        ]
        orders.append(running.lifecycle.remove(names[0]))
        while any(running.desk.show(order).status.is_open for order in orders):
            report = running.doctor.report()
            found |= set(report.findings)
            in_hand |= {work.tenant for work in report.in_hand}
        assert {running.desk.show(order).status for order in orders} == {Status.DONE}
        assert found == set()
        assert in_hand == set(names)
        assert running.doctor.report().in_hand == ()
        assert running.doctor.examine() == ()
