"""Several processes on one PostgreSQL, as on several machines: any of them answers, and the living carry on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyotp import TOTP

from mailstead.access.browser import SESSION_COOKIE
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.people.model import Role
from mailstead.people.person import NewPerson
from mailstead.people.session import INVITATION_PATH, Visitor
from mailstead.security.model import Secret
from tests.kills.lives import Home, Play, playing

from .serving import another_machine, found_on_postgres, free_port, gated, owner_token, serving

HERE = Visitor("127.0.0.1", "tests")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with found_on_postgres(tmp_path / "home") as made:
        yield made


@pytest.mark.postgres
def test_any_process_answers_and_another_takes_over_the_order_of_one_that_died(home: Home, tmp_path: Path) -> None:
    home, gate = gated(home, "start")
    with playing(home) as play, ExitStack() as stack, ThreadPoolExecutor(2) as threads:
        token, (session, person) = owner_token(play), _signed_in(play)
        folders = [
            home.folder,
            another_machine(home.folder, tmp_path / "b"),
            another_machine(home.folder, tmp_path / "c"),
        ]
        workers = [stack.enter_context(serving(play, token, "--port", free_port(), folder=one)) for one in folders[:2]]
        face = stack.enter_context(serving(play, token, "--no-worker", "--port", free_port(), folder=folders[2]))

        cookies = {"Cookie": f"{SESSION_COOKIE}={session}", "Authorization": ""}
        ask = [one.client.build_request("GET", "/api/v1/me", headers=cookies) for one in (*workers, face)]
        assert {one.client.send(it).status_code for one, it in zip((*workers, face), ask, strict=True)} == {200}
        play.running.people.register.by("tests").end_sessions(person)
        assert {one.client.send(it).status_code for one, it in zip((*workers, face), ask, strict=True)} == {401}

        order = face.add_acme()
        assert gate.reached.wait(30)
        streams = [threads.submit(face.events, order)]
        holder = _holder(play)
        at = next(place for place, one in enumerate(folders) if (one / "host-id").read_text().strip() in holder)
        streams.append(threads.submit(workers[1 - at].events, order))
        workers[at].killed()
        gate.opened.set()
        assert [stream.result(60)[-1]["status"] for stream in streams] == ["done", "done"]
        assert face.stopped() == 0
        assert play.seen()


def _holder(play: Play) -> str:
    """Return the worker that has the tenant in its hands."""
    engine = play.running.engine
    assert isinstance(engine, DbosEngine)
    return next(lease.worker for lease in engine.leases.all() if lease.resource == "tenant:acme")


def _signed_in(play: Play) -> tuple[str, str]:
    """Let somebody sign in by another process; return their cookie, and who they are."""
    people = play.running.people
    link = people.register.by("tests").invite(
        NewPerson.parse({"address": "rita@operator.example", "role": Role.READER})
    )
    secret = link.url.reveal_text().rpartition(INVITATION_PATH)[2]
    cookie = people.sign_in.accept(secret, Secret.of("quite some clouds over there"), HERE).cookie.reveal_text()
    letters = people.account.offer_totp(cookie, HERE).letters.reveal_text()
    code = TOTP(letters).at(play.running.world.clock.now())
    enrolled = people.account.add_totp(cookie, code, "Phone", HERE)
    return enrolled.admission.cookie.reveal_text(), link.person.id
