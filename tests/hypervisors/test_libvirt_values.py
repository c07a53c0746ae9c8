"""What libvirt says, read: its counters, its errors, and which accelerator was found."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

libvirt = pytest.importorskip("libvirt", reason="needs the package python3-libvirt")

from mailstead.hypervisors.drivers.libvirt import accelerator  # noqa: E402 - behind the check for the binding
from mailstead.hypervisors.drivers.libvirt.daemons import Daemon, stop_daemons  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.domain_xml import Accelerator  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.errors import explained  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.host import read_statistics  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.nesting import nesting_feature  # noqa: E402
from mailstead.hypervisors.model import MachineRefused  # noqa: E402


def _said(code: int, text: str) -> Exception:
    error: Exception = libvirt.libvirtError(text)
    origin = libvirt.VIR_FROM_RPC if "I/O error" in text else libvirt.VIR_FROM_QEMU
    error.err = (code, origin, text, 2, None, None, None, -1, -1)  # type: ignore[attr-defined] # set by the binding
    return error


@pytest.mark.parametrize(
    ("code", "text", "ours", "retry"),
    [
        (libvirt.VIR_ERR_NO_DOMAIN, "Domain not found", "no-such-machine", False),
        (libvirt.VIR_ERR_SYSTEM_ERROR, "Failed to connect socket to '/x': No such file", "host-unreachable", True),
        (libvirt.VIR_ERR_SYSTEM_ERROR, "End of file while reading data: I/O error", "host-answer-lost", True),
        (libvirt.VIR_ERR_SYSTEM_ERROR, "Cannot access storage file '/d': No such file", "missing-file", False),
        (libvirt.VIR_ERR_SYSTEM_ERROR, "Cannot access storage file '/d': Permission denied", "host-denied", False),
        (libvirt.VIR_ERR_INTERNAL_ERROR, "qemu: pc.ram: Cannot allocate memory", "host-full", False),
        (libvirt.VIR_ERR_INTERNAL_ERROR, 'Failed to get "write" lock', "device-busy", False),
        (libvirt.VIR_ERR_OPERATION_TIMEOUT, "cannot acquire state change", "host-answer-lost", True),
        (libvirt.VIR_ERR_INTERNAL_ERROR, "something nobody foresaw", "machine-refused", False),
    ],
)
def test_every_error_has_a_code_and_a_remedy(code: int, text: str, ours: str, *, retry: bool) -> None:
    error = explained(_said(code, text), "start acme")
    assert (error.code, error.retry) == (ours, retry)
    assert error.remedy
    assert "start acme" in error.message


class Offering:
    """A host whose guests can have these features of the processor."""

    def __init__(self, *features: str) -> None:
        self._features = features

    def compareHypervisorCPU(self, *asked: str) -> int:  # noqa: N802 (libvirt's word)
        wanted = any(f"policy='require' name='{feature}'" in asked[-1] for feature in self._features)
        return int(libvirt.VIR_CPU_COMPARE_SUPERSET if wanted else libvirt.VIR_CPU_COMPARE_INCOMPATIBLE)


@pytest.mark.parametrize("feature", ["vmx", "svm"])
def test_a_machine_nests_by_what_the_hosts_processor_has(feature: str) -> None:
    assert nesting_feature(Offering(feature), Accelerator.KVM) == feature


def test_a_host_that_cannot_nest_refuses_and_says_how_it_could() -> None:
    with pytest.raises(MachineRefused) as caught:
        nesting_feature(Offering(), Accelerator.KVM)
    assert caught.value.field == "nested"
    assert "nested=1" in caught.value.remedy


def test_counters_are_summed_over_disks_and_cards() -> None:
    used = read_statistics(
        {
            "cpu.time": 2_500_000_000,
            "balloon.available": 700 * 1024,
            "balloon.usable": 500 * 1024,
            "block.count": 2,
            "block.0.rd.bytes": 10,
            "block.1.rd.bytes": 20,
            "block.1.wr.bytes": 5,
            "block.0.physical": 100,
            "block.1.physical": 200,
            "net.count": 1,
            "net.0.rx.bytes": 7,
            "net.0.tx.bytes": 8,
        }
    )
    assert (used.cpu_seconds, used.memory_used_mib) == (2.5, 200)
    assert (used.disk_read_bytes, used.disk_written_bytes, used.disk_allocated_bytes) == (30, 5, 300)
    assert (used.network_received_bytes, used.network_sent_bytes) == (7, 8)


def test_a_silent_guests_memory_is_what_the_host_sees() -> None:
    assert read_statistics({"balloon.rss": 300 * 1024, "balloon.current": 768 * 1024}).memory_used_mib == 300


def test_an_accelerator_that_was_found_is_remembered_until_the_next_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def boots(name: str, *, timeout_s: float) -> bool:
        asked.append(name)
        return True

    monkeypatch.setattr(accelerator, "boots", boots)
    cache = tmp_path / "state" / "accelerator.json"
    assert [accelerator.choose_accelerator(cache) for _ in range(3)] == [Accelerator.KVM] * 3
    assert asked == ["kvm"]
    cache.write_text(json.dumps({"boot_id": "of yesterday", "accelerator": "qemu"}))
    assert accelerator.choose_accelerator(cache) is Accelerator.KVM


@pytest.mark.vm
@pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="needs qemu-system-x86")
def test_the_probe_boots_under_emulation_and_never_hangs() -> None:
    assert accelerator.boots("tcg", timeout_s=20)
    began = time.monotonic()
    accelerator.boots("kvm", timeout_s=2)
    assert time.monotonic() - began < 4


def test_a_process_that_is_no_daemon_of_ours_is_not_stopped() -> None:
    stop_daemons((Daemon("libvirtd", os.getpid()),))
