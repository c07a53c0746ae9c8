"""What every provider of sign-ins promises, whoever runs it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from mailstead.people.errors import ProofRefused
from mailstead.people.keys import RealChance
from mailstead.people.port import Provider
from mailstead.people.provider import Answer, Errand, Question, Ticket

REDIRECT = "https://console.example/sign-in/with/there/return"


@dataclass(frozen=True)
class There:
    """A provider, and the hands of somebody who signs in at it as *subject*, by the URL that it gave."""

    provider: Provider
    signed_in: Callable[[str, str], Answer]


def question(way: str = "there") -> Question:
    return Ticket(RealChance().key().reveal_text(), Errand.SIGN_IN).question(way, REDIRECT)


class ProviderContract:
    def test_whoever_signs_in_there_is_proven_by_issuer_and_subject(self, there: There) -> None:
        asked = question()
        proof = there.provider.proof(asked, there.signed_in(there.provider.url(asked), "olga"))
        assert (proof.issuer, proof.subject) == (there.provider.issuer, "olga")
        assert not proof.second_factor

    def test_a_code_counts_once(self, there: There) -> None:
        asked = question()
        answer = there.signed_in(there.provider.url(asked), "olga")
        there.provider.proof(asked, answer)
        with pytest.raises(ProofRefused):
            there.provider.proof(asked, answer)

    @pytest.mark.parametrize("other", ["nonce", "verifier", "redirect"])
    def test_a_code_is_for_the_question_that_was_asked(self, there: There, other: str) -> None:
        asked, stranger = question(), question("elsewhere")
        answer = there.signed_in(there.provider.url(asked), "olga")
        changed = {"nonce": stranger.nonce, "verifier": stranger.verifier, "redirect": REDIRECT + "/other"}
        with pytest.raises(ProofRefused):
            there.provider.proof(replace(asked, **{other: changed[other]}), answer)  # type: ignore[arg-type]  # of one type each

    @pytest.mark.parametrize("code", ["", "made-up", "\0", "ü" * 3000])
    def test_a_code_that_nobody_gave_proves_nothing(self, there: There, code: str) -> None:
        with pytest.raises(ProofRefused):
            there.provider.proof(question(), Answer("state", code, there.provider.issuer))

    def test_a_no_is_a_no(self, there: There) -> None:
        asked = question()
        answer = there.signed_in(there.provider.url(asked), "olga")
        with pytest.raises(ProofRefused):
            there.provider.proof(asked, replace(answer, error="access_denied"))

    def test_an_answer_that_names_another_issuer_is_refused(self, there: There) -> None:
        asked = question()
        answer = there.signed_in(there.provider.url(asked), "olga")
        with pytest.raises(ProofRefused, match="issuer"):
            there.provider.proof(asked, replace(answer, issuer="https://mallory.example"))

    def test_it_says_what_it_can(self, there: There) -> None:
        standing = there.provider.standing()
        assert standing.keys >= 1
        assert standing.pkce
        assert abs(standing.clock_off_s) < 30
