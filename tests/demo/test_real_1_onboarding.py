"""Onboarding on real virtual machines, killed seven times and once without room for disks; see conftest.py.

The demonstration itself checks mail, DANE, DKIM, isolation and nearly 150 things more for each tenant, and ends with
status 3 if any of them fails; what it prints is asked here only for the sentences that matter most.
"""

import pytest

from mailstead.cli.demo.cast import ANNA, GUSTAV

from .stage import Stage, machines, ports

pytestmark = [pytest.mark.vm, pytest.mark.timeout(2400)]


def test_without_room_for_disks_it_says_so_and_what_to_do(lacking: list[dict[str, str]]) -> None:
    assert {error["code"] for error in lacking} == {"no-disk-room"}
    for error in lacking:
        assert error["message"].startswith("no room for the ")
        assert error["remedy"].startswith("free room in the host's folder")


def test_after_seven_kills_a_mail_goes_from_anna_to_gustav_with_dane_and_dkim(told: str) -> None:
    assert f"a mail from {ANNA.address} to {GUSTAV.address}" in told
    assert "Verified TLS connection established to mail.globex.example" in told
    for verdict in ("spf=pass", "dkim=pass header.d=acme.example header.s=ms1r", "header.s=ms1e", "dmarc=pass"):
        assert verdict in told


def test_every_forbidden_path_was_tried_and_refused(told: str) -> None:
    assert "globex-private-25" in told
    assert "host-22" in told
    assert " failed" not in told


def test_there_is_exactly_one_of_everything(stage: Stage, told: str) -> None:
    assert machines() == ["ms-acme", "ms-globex"]
    assert ports() == ["ms-g100", "ms-g101", "ms-svc", "ms-t100", "ms-t101"]
    assert stage.findings() == ()


def test_run_again_it_builds_nothing(stage: Stage, told: str) -> None:
    before = {order["order"] for order in stage.json("order", "list")}
    assert stage.json("apply", "--yes") == {"orders": []}
    assert {order["order"] for order in stage.json("order", "list")} == before
