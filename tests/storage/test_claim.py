"""Claims in a folder and in memory."""

from pathlib import Path

import pytest

from mailstead.sites.claims import BadClaim, ClaimPlace
from mailstead.storage.drivers.claim import NAME, FolderClaim, MemoryClaim
from mailstead.storage.drivers.folder import FolderVolumes
from tests.sites.claim_contract import OURS, ClaimContract


class TestFolderClaim(ClaimContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> ClaimPlace:
        return FolderClaim(tmp_path / "machines")

    @pytest.fixture
    def again(self, tmp_path: Path) -> ClaimPlace:
        return FolderClaim(tmp_path / "machines")

    def test_a_claim_is_no_disk(self, place: ClaimPlace, tmp_path: Path) -> None:
        place.claim(OURS)
        assert FolderVolumes(tmp_path / "machines").volumes() == {}
        assert [path.name for path in (tmp_path / "machines").iterdir()] == [NAME]

    @pytest.mark.parametrize("text", ["", "somebody's", "mailstead-claim-1 id", "mailstead-claim-9 id 1", "ä"])
    def test_what_is_no_claim_forbids_everybody(self, place: ClaimPlace, tmp_path: Path, text: str) -> None:
        place.claim(OURS)
        (tmp_path / "machines" / NAME).write_text(text)
        with pytest.raises(BadClaim) as refusal:
            place.read()
        assert refusal.value.remedy
        place.replace(OURS)
        assert place.read() == OURS


class TestMemoryClaim(ClaimContract):
    @pytest.fixture
    def place(self) -> ClaimPlace:
        return MemoryClaim()

    @pytest.fixture
    def again(self, place: ClaimPlace) -> ClaimPlace:
        return place
