"""A platform to look around on: memory drivers, invented tenants, an owner who can sign in. Gone when it is closed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pyotp

from mailstead.ground.clock import SystemClock
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.people.model import GRAVE, RIGHTS, Role
from mailstead.people.person import NewPerson, NewToken
from mailstead.people.session import INVITATION_PATH, Visitor
from mailstead.security.model import Secret
from mailstead.security.passwords import generate_password
from mailstead.sites.model import Platform
from mailstead.tenants.model import Tenant

from .memory import memory_outside, memory_platform
from .memory_host import Metal
from .running import Running
from .trial_mail import put_backups

BOOT_S = 4.0
TURN_S = 0.1
OWNER = "owner@mailstead.example"
HERE = Visitor("127.0.0.1", "mailstead serve --trial")
TENANTS = (
    ("acme", "Acme Tools", ("anna", "bert", "carla", "dieter", "eva"), 1024),
    ("globex", "Globex Shipping", ("gustav", "helena", "ivo"), 768),
    ("initech", "Initech Software", ("jana", "kaspar"), 2048),
    ("umbrella", "Umbrella Pharmacy", ("lena", "mats", "nora", "olaf"), 768),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """The platform, and what its owner signs in with: password, secret of a TOTP app (base32), and a token."""

    running: Running
    owner: str
    password: Secret
    totp: Secret
    recovery_code: str
    token: Secret


@contextmanager
def open_trial(platform: Platform) -> Iterator[Trial]:
    """Yield *platform* on memory drivers, its orders carried out as time goes by."""
    folder = Path(tempfile.mkdtemp(prefix="mailstead-trial-"))
    stop = Event()
    outside = memory_outside(platform, SystemClock(), Metal(boot_s=lambda _: BOOT_S))
    running, engine = memory_platform(folder, platform, outside)
    turning = Thread(target=_turn, args=(engine, stop), name="trial", daemon=True)
    try:
        for name, title, people, memory_mib in TENANTS:
            running.lifecycle.add(_tenant(name, title, people, memory_mib))
        if platform.backup_target:
            put_backups(running, "acme", "anna@acme.example")
        turning.start()
        yield _with_owner(running)
    finally:
        stop.set()
        if turning.is_alive():
            turning.join(BOOT_S * 2)
        engine.close()
        shutil.rmtree(folder)


def _turn(engine: MemoryEngine, stop: Event) -> None:
    """Let the engine's time pass along with ours."""
    while not stop.wait(TURN_S):
        engine.settle()


def _with_owner(running: Running) -> Trial:
    people = running.people
    register = people.register.by("trial", HERE.source)
    link = register.invite(NewPerson.parse({"address": OWNER, "role": Role.OWNER, "name": "Olga Owner"}))
    secret = link.url.reveal_text().rpartition(INVITATION_PATH)[2]
    password = generate_password()
    admission = people.sign_in.accept(secret, password, HERE)
    cookie = admission.cookie.reveal_text()
    offer = people.account.offer_totp(cookie, HERE)
    letters = offer.letters.reveal_text()
    # The code of the half minute before: the one of now is left to the owner, for each counts once.
    earlier = running.world.clock.now() - timedelta(seconds=30)
    enrolled = people.account.add_totp(cookie, pyotp.TOTP(letters).at(earlier), "trial", HERE)
    rights = RIGHTS[Role.OWNER] - GRAVE
    wanted = NewToken.parse({"name": "trial", "rights": rights, "days": 1})
    _, token = register.add_token(link.person.id, wanted)
    return Trial(running, OWNER, password, offer.letters, enrolled.recovery_codes[0], token)


def _tenant(name: str, title: str, people: tuple[str, ...], memory_mib: int) -> Tenant:
    domain = f"{name}.example"
    boxes = [{"address": f"{person}@{domain}", "name": f"{person.title()} of {title}"} for person in people]
    return Tenant.parse(
        {
            "name": name,
            "domains": [{"name": domain}, {"name": f"{name}-mail.example"}],
            "mailboxes": boxes,
            "aliases": [{"address": f"info@{domain}", "targets": [boxes[0]["address"]]}],
            "lists": [{"address": f"all@{domain}", "members": [box["address"] for box in boxes]}],
            "allowance": {"memory_mib": memory_mib},
        }
    )
