"""What the console is given: the platform, and how people come in."""

from dataclasses import dataclass

from mailstead.people.port import Account, Callers, SignIn
from mailstead.wiring import Running


@dataclass(frozen=True, slots=True)
class Doors:
    """`people` is None where faces have no say over people."""

    running: Running
    callers: Callers
    sign_in: SignIn
    account: Account
