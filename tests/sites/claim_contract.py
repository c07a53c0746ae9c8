"""What every place that bears a claim must do."""

from threading import Thread

import pytest

from mailstead.sites.claims import Claim, ClaimPlace

OURS, THEIRS = Claim("11111111-1111-4111-8111-111111111111", 1), Claim("22222222-2222-4222-8222-222222222222", 7)


class ClaimContract:
    """To be inherited; `place` is empty at first, `again` is another process's view of it."""

    @pytest.fixture
    def place(self) -> ClaimPlace:
        raise LookupError

    @pytest.fixture
    def again(self) -> ClaimPlace:
        raise LookupError

    def test_nobody_has_an_empty_place(self, place: ClaimPlace) -> None:
        assert place.read() is None
        assert place.where

    def test_whoever_comes_first_has_it(self, place: ClaimPlace, again: ClaimPlace) -> None:
        assert place.claim(OURS) == OURS
        assert again.claim(THEIRS) == OURS
        assert again.claim(OURS) == OURS
        assert place.read() == again.read() == OURS

    def test_a_claim_can_be_replaced(self, place: ClaimPlace, again: ClaimPlace) -> None:
        place.claim(OURS)
        again.replace(THEIRS)
        assert place.read() == THEIRS

    def test_a_place_can_be_released_twice(self, place: ClaimPlace, again: ClaimPlace) -> None:
        place.claim(OURS)
        place.release()
        again.release()
        assert place.read() is None
        assert again.claim(THEIRS) == THEIRS

    def test_of_many_who_come_at_once_one_has_it(self, place: ClaimPlace, again: ClaimPlace) -> None:
        claims = [Claim(f"{number:08d}-1111-4111-8111-111111111111", 1) for number in range(6)]
        told: list[Claim] = []
        threads = [
            Thread(target=lambda view=view, claim=claim: told.append(view.claim(claim)))
            for view, claim in zip([place, again] * 3, claims, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == 6
        assert len(set(told)) == 1
        assert place.read() == told[0]
