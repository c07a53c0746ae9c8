"""What we started on a machine that others use too."""

from pathlib import Path

from mailstead.wiring.started import Started


def test_a_daemon_that_is_started_again_displaces_no_other(tmp_path: Path) -> None:
    started = Started(tmp_path / "started.json")
    started.note("libvirt", [("virtlogd", 10), ("libvirtd", 11)])
    started.note("libvirt", [("libvirtd", 99)])
    assert started.of("libvirt") == [("virtlogd", 10), ("libvirtd", 99)]


def test_nothing_started_leaves_no_note_and_changes_none(tmp_path: Path) -> None:
    started = Started(tmp_path / "started.json")
    started.note("openvswitch", [])
    assert not started.file.exists()
    started.note("openvswitch", [("ovs-vswitchd", 0)])
    started.note("openvswitch", [])
    assert started.all() == [("ovs-vswitchd", 0)]


def test_what_was_ended_is_forgotten(tmp_path: Path) -> None:
    started = Started(tmp_path / "started.json")
    started.note("libvirt", [("libvirtd", 11)])
    started.forget()
    started.forget()
    assert started.all() == []
