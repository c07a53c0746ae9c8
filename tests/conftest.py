"""What holds for all tests: real services are started for those that need them, and skips are rare and explained."""

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.drivers.libvirt import daemons as libvirt_daemons
from mailstead.networks.drivers.openvswitch import daemons as switch_daemons
from tests.standin.rig import Rig, rigged

Tally = Callable[..., None]
Tell = Callable[[str], None]
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


@pytest.fixture(scope="session")
def hyperv_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One simulated Hyper-V host with a way to it, for all tests of this process."""
    with rigged(tmp_path_factory.mktemp("standin")) as rig:
        yield rig


@pytest.fixture
def rig(hyperv_host: Rig) -> Rig:
    """That host, empty."""
    hyperv_host.fresh()
    return hyperv_host


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


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Count what a test tries, for the line that the whole run prints; a test that fails counts as a violation."""

    def counted(what: str, number: int = 1) -> None:
        record_property("tried", [what, number])

    return counted


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Print a sentence, a measurement perhaps, when the whole run is over."""
    return lambda sentence: record_property("told", sentence)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    lines = [*_counts(reports), *sorted(_properties(reports, "told"))]
    if lines:
        terminalreporter.section("proofs")
    for line in lines:
        terminalreporter.write_line(line)


def _counts(reports: list[pytest.TestReport]) -> Iterator[str]:
    """Yield for each kind of proof how much was tried, and how many tests saw it fail."""
    tried: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    for report in reports:
        for what, number in _properties([report], "tried"):
            tried[what] += number
            violated[what] += report.failed
    yield from (f"{what}: {number} tried, {violated[what]} violations" for what, number in sorted(tried.items()))


def _properties(reports: list[pytest.TestReport], name: str) -> Iterator[Any]:
    yield from (
        value for report in reports if report.when == "call" for known, value in report.user_properties if known == name
    )
