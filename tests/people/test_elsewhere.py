"""Signing in by an identity from elsewhere: what opens whose account, in which browser, and how far."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from mailstead.ground.errors import NotFound
from mailstead.people.errors import (
    InvitationGone,
    LastWayIn,
    NotSignedIn,
    SignInRefused,
    StepUpNeeded,
    TooManyTries,
)
from mailstead.people.model import Role
from mailstead.people.provider import Answer, Errand, Proof, Ticket
from mailstead.people.session import Admission, Stage, Visitor

from .conftest import ELSEWHERE, HERE, House, Somebody, both, cookie, secret_of

pytestmark = both
CORP = "https://corp.example"


@dataclass
class Hands:
    """Somebody at a browser who has an identity at the provider."""

    house: House
    proof: Proof
    way: str = "corp"

    def sign_in(self, visitor: Visitor = HERE, **proof: Any) -> Admission:
        elsewhere = self.house.people.elsewhere
        gone = elsewhere.to_sign_in(self.way, visitor)
        return elsewhere.back(self.way, gone.ticket.reveal_text(), self.answer(gone.url, **proof), "", visitor)

    def accept(self, secret: str) -> Admission:
        elsewhere = self.house.people.elsewhere
        gone = elsewhere.to_accept(self.way, secret, HERE)
        return elsewhere.back(self.way, gone.ticket.reveal_text(), self.answer(gone.url), "", HERE)

    def link(self, whose: Somebody) -> Somebody:
        elsewhere = self.house.people.elsewhere
        gone = elsewhere.to_link(self.way, whose.cookie, HERE)
        back = elsewhere.back(self.way, gone.ticket.reveal_text(), self.answer(gone.url), whose.cookie, HERE)
        return replace(whose, cookie=cookie(back))

    def answer(self, url: str, **proof: Any) -> Answer:
        return self.house.providers[self.way].signed_in(url, replace(self.proof, **proof))


@pytest.fixture
def hands(house: House) -> Hands:
    return Hands(house, Proof(CORP, "subject-of-olga", "olga@corp.example"))


def test_what_is_linked_opens_the_account_and_our_second_factor_is_asked_for(house: House, hands: Hands) -> None:
    olga = hands.link(house.settled())
    begun = hands.sign_in()
    assert begun.stage is Stage.SECOND
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(cookie(begun), HERE.source)
    full = house.people.sign_in.second_by_code(cookie(begun), olga.code(), HERE)
    assert house.people.callers.by_session(cookie(full), HERE.source).name == olga.address


def test_a_second_factor_that_the_provider_was_given_stands_in_but_never_for_what_is_grave(
    house: House, hands: Hands
) -> None:
    olga = hands.link(house.settled())
    full = hands.sign_in(second_factor=True, since=house.clock.now())
    assert full.stage is Stage.FULL
    caller = house.people.callers.by_session(cookie(full), HERE.source)
    with pytest.raises(StepUpNeeded):
        caller.demand_fresh(house.clock.now())
    stepped = house.people.sign_in.second_by_code(cookie(full), olga.code(), HERE)
    house.people.callers.by_session(cookie(stepped), HERE.source).demand_fresh(house.clock.now())


def test_what_is_linked_to_nobody_opens_nothing_and_makes_nobody(house: House, hands: Hands) -> None:
    house.settled("olga@corp.example")
    before = house.people.register.page()
    with pytest.raises(SignInRefused):
        hands.sign_in()
    assert house.people.register.page() == before
    assert house.told("sign-in.refused")[0].subject == "unknown"


def test_one_who_is_disabled_hears_what_a_stranger_hears(house: House, hands: Hands) -> None:
    house.settled()
    gone = hands.link(house.settled("gone@ops.example"))
    house.people.register.disable(gone.address)
    told = set()
    for subject in ("subject-of-olga", "of-nobody"):
        rows = house.trail.head().sequence
        with pytest.raises(SignInRefused) as refusal:
            hands.sign_in(subject=subject)
        told.add(str(refusal.value.as_dict()))
        assert house.trail.head().sequence - rows == 1
    assert len(told) == 1


def test_the_same_subject_of_another_issuer_is_somebody_else(house: House, hands: Hands) -> None:
    hands.link(house.settled())
    other = replace(hands, way="other", proof=replace(hands.proof, issuer="https://other.example"))
    with pytest.raises(SignInRefused):
        other.sign_in()


def test_an_invitation_is_accepted_with_it_and_a_second_factor_enrolled(house: House, hands: Hands) -> None:
    secret = secret_of(house.invite("new@ops.example", Role.ADMIN))
    admission = hands.accept(secret)
    assert admission.stage is Stage.ENROL
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(cookie(admission), HERE.source)
    with pytest.raises(InvitationGone):
        house.people.sign_in.invited(secret)
    assert hands.sign_in(second_factor=True).stage is Stage.ENROL
    assert [entry.subject for entry in house.told("sign-in.link")] == ["new@ops.example"]
    assert "with corp" in house.told("invitation.accept")[0].details


def test_an_invitation_counts_once_in_whatever_way(house: House, hands: Hands) -> None:
    secret = secret_of(house.invite("new@ops.example", Role.ADMIN))
    elsewhere = house.people.elsewhere
    first, second = (elsewhere.to_accept("corp", secret, HERE) for _ in range(2))
    elsewhere.back("corp", first.ticket.reveal_text(), hands.answer(first.url), "", HERE)
    with pytest.raises(InvitationGone):
        elsewhere.back("corp", second.ticket.reveal_text(), hands.answer(second.url, subject="another"), "", HERE)
    assert len(house.people.register.linked("new@ops.example")) == 1


def test_a_link_that_resets_a_password_links_nothing(house: House, hands: Hands) -> None:
    olga = house.settled()
    with pytest.raises(InvitationGone):
        hands.accept(secret_of(house.people.register.reset(olga.address)))
    with pytest.raises(InvitationGone):
        hands.accept("made-up")


def test_an_identity_opens_one_account_alone(house: House, hands: Hands) -> None:
    hands.link(house.settled())
    other = house.settled("other@ops.example")
    with pytest.raises(SignInRefused, match="cannot be linked"):
        hands.link(other)
    secret = secret_of(house.invite("new@ops.example", Role.ADMIN))
    with pytest.raises(SignInRefused, match="cannot be linked"):
        hands.accept(secret)
    assert house.people.sign_in.invited(secret)


def test_linking_needs_a_second_factor_just_given_and_ends_the_other_sessions(house: House, hands: Hands) -> None:
    olga = house.settled()
    other = olga.sign_in(ELSEWHERE)
    house.later(minutes=15)
    with pytest.raises(StepUpNeeded):
        hands.link(olga)
    stepped = cookie(house.people.sign_in.second_by_code(olga.cookie, olga.code(), HERE))
    hands.link(replace(olga, cookie=stepped))
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(other, ELSEWHERE)


def test_it_is_linked_in_the_session_that_asked_and_in_no_other(house: House, hands: Hands) -> None:
    """Login CSRF: mallory's identity is not linked to olga's account by a link that mallory sends her."""
    olga, mallory = house.settled(), house.settled("mallory@ops.example")
    elsewhere = house.people.elsewhere
    gone = elsewhere.to_link("corp", mallory.cookie, HERE)
    answer = hands.answer(gone.url, subject="mallory")
    with pytest.raises(SignInRefused):
        elsewhere.back("corp", gone.ticket.reveal_text(), answer, olga.cookie, HERE)
    with pytest.raises(NotSignedIn):
        elsewhere.back("corp", gone.ticket.reveal_text(), answer, "", HERE)
    assert not house.people.register.linked(olga.address)


def test_an_answer_counts_in_the_browser_that_asked_and_in_no_other(house: House, hands: Hands) -> None:
    """Login CSRF: olga's browser does not become mallory's by a link with mallory's answer."""
    hands.link(house.settled())
    elsewhere = house.people.elsewhere
    mallorys, olgas = (elsewhere.to_sign_in("corp", visitor) for visitor in (ELSEWHERE, HERE))
    answer = hands.answer(mallorys.url)
    for ticket in (olgas.ticket.reveal_text(), "", "made-up", "sign-in..", "link.x.", "\0.ü.\ud800"):
        with pytest.raises((SignInRefused, NotSignedIn)):
            elsewhere.back("corp", ticket, answer, "", HERE)


def test_an_answer_counts_once_and_not_for_long(house: House, hands: Hands) -> None:
    hands.link(house.settled())
    elsewhere = house.people.elsewhere
    gone = elsewhere.to_sign_in("corp", HERE)
    ticket, answer = gone.ticket.reveal_text(), hands.answer(gone.url)
    elsewhere.back("corp", ticket, answer, "", HERE)
    with pytest.raises(SignInRefused):
        elsewhere.back("corp", ticket, replace(answer, code=hands.answer(gone.url).code), "", HERE)
    late = elsewhere.to_sign_in("corp", HERE)
    house.later(minutes=10)
    with pytest.raises(SignInRefused):
        elsewhere.back("corp", late.ticket.reveal_text(), hands.answer(late.url), "", HERE)


def test_an_answer_counts_for_the_provider_that_was_asked(house: House, hands: Hands) -> None:
    """Mix-up (RFC 9700, 4.4): what one provider answers is not taken to another, nor from another."""
    hands.link(house.settled())
    elsewhere = house.people.elsewhere
    gone = elsewhere.to_sign_in("corp", HERE)
    answer = hands.answer(gone.url)
    with pytest.raises(SignInRefused):
        elsewhere.back("other", gone.ticket.reveal_text(), answer, "", HERE)
    with pytest.raises(SignInRefused):
        elsewhere.back("corp", gone.ticket.reveal_text(), replace(answer, issuer="https://other.example"), "", HERE)


def test_a_ticket_counts_for_the_errand_it_was_given_for(house: House, hands: Hands) -> None:
    secret = secret_of(house.invite("new@ops.example", Role.OWNER))
    elsewhere = house.people.elsewhere
    gone = elsewhere.to_sign_in("corp", HERE)
    key = gone.ticket.reveal_text().split(".")[1]
    changed = Ticket(key, Errand.ACCEPT, secret).packed.reveal_text()
    with pytest.raises(SignInRefused):
        elsewhere.back("corp", changed, hands.answer(gone.url), "", HERE)
    assert house.people.sign_in.invited(secret)


def test_what_is_linked_is_listed_and_can_be_unlinked(house: House, hands: Hands) -> None:
    olga = hands.link(house.settled())
    hands.sign_in()
    (one,) = house.people.elsewhere.linked(olga.cookie, HERE)
    assert (one.issuer, one.subject, one.name, one.used) == (CORP, "subject-of-olga", "olga@corp.example", one.used)
    assert one.used == house.clock.now()
    mallory = house.settled("mallory@ops.example")
    with pytest.raises(NotFound):
        house.people.elsewhere.unlink(mallory.cookie, one.id, HERE)
    house.people.elsewhere.unlink(olga.cookie, one.id, HERE)
    with pytest.raises(SignInRefused):
        hands.sign_in()
    assert house.told("sign-in.unlink")[0].subject == olga.address


def test_the_only_way_in_is_not_unlinked_by_oneself(house: House, hands: Hands) -> None:
    accepted = hands.accept(secret_of(house.invite("anna@acme.example", Role.USER, "acme")))
    assert accepted.stage is Stage.FULL
    full = hands.sign_in(since=house.clock.now())
    (one,) = house.people.elsewhere.linked(cookie(full), HERE)
    with pytest.raises(LastWayIn):
        house.people.elsewhere.unlink(cookie(full), one.id, HERE)
    house.people.register.unlink("anna@acme.example", one.id)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(cookie(full), HERE)
    with pytest.raises(SignInRefused):
        hands.sign_in()


def test_a_sign_in_of_long_ago_is_not_fresh(house: House, hands: Hands) -> None:
    hands.accept(secret_of(house.invite("anna@acme.example", Role.USER, "acme")))
    for since in (None, house.clock.now()):
        house.later(minutes=5)
        session = house.people.sign_in.session(cookie(hands.sign_in(since=since)), HERE)
        assert not session.fresh(house.clock.now())


def test_what_a_provider_refuses_is_told_in_the_trail_and_not_to_the_visitor(house: House, hands: Hands) -> None:
    elsewhere = house.people.elsewhere
    gone = elsewhere.to_sign_in("corp", HERE)
    answer = replace(hands.answer(gone.url), error="access_denied")
    with pytest.raises(SignInRefused) as refusal:
        elsewhere.back("corp", gone.ticket.reveal_text(), answer, "", HERE)
    assert "code" not in refusal.value.message
    assert "the code is not for this" in house.told("sign-in.refused")[0].details


def test_a_provider_that_the_file_does_not_name_is_not_there(house: House) -> None:
    assert [way.name for way in house.people.elsewhere.ways()] == ["corp", "other"]
    for way in ("mallory", "", "../corp"):
        with pytest.raises(NotFound):
            house.people.elsewhere.to_sign_in(way, HERE)


def test_whoever_asks_all_the_time_waits(house: House) -> None:
    for _ in range(200):
        house.people.elsewhere.to_sign_in("corp", HERE)
    with pytest.raises(TooManyTries):
        house.people.elsewhere.to_sign_in("corp", HERE)


def test_a_dump_of_the_database_holds_nothing_of_somebody_who_is_away(house: House) -> None:
    gone = house.people.elsewhere.to_sign_in("corp", HERE)
    ticket = Ticket.unpacked(gone.ticket.reveal_text())
    assert ticket
    asked = ticket.question("corp", "https://console.example/sign-in/with/corp/return")
    for secret in (ticket.key, asked.state, asked.nonce, asked.verifier.reveal_text()):
        assert secret not in house.everything()
