"""What holds for all tests: real services are started for those that need them, and skips are rare and explained."""

import os
from collections.abc import Generator, Iterator

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.drivers.libvirt import daemons as libvirt_daemons
from mailstead.networks.drivers.openvswitch import daemons as switch_daemons

STRICT = "MAILSTEAD_NO_SKIPS"
MAY_BE_ABSENT = "shared/contracts"  # Microsoft's reference is no part of the repository


@pytest.fixture(scope="session", autouse=True)
def services_of_this_host(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start libvirt and Open vSwitch where virtual machines are to be tested and nobody runs them; end those again."""
    wanted = {marker.name for item in request.session.items for marker in item.iter_markers()}
    if os.geteuid() or "vm" not in wanted:
        yield
        return
    switches: tuple[str, ...] = ()
    started: tuple[libvirt_daemons.Daemon, ...] = ()
    try:
        libvirt_daemons.open_kvm_to_its_group()
        started, switches = libvirt_daemons.ensure_running(), switch_daemons.ensure_running()
    except MailsteadError as error:
        if os.environ.get(STRICT):
            pytest.exit(f"virtual machines cannot be tested: {error.message}; {error.remedy}", returncode=3)
    yield
    libvirt_daemons.stop_daemons(started)
    if switches:
        switch_daemons.stop(switches)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under bin/test a skip is a failure: what is to be tested was installed."""
    report = yield
    if report.skipped and os.environ.get(STRICT) and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MAY_BE_ABSENT not in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped: {reason}"
    return report
