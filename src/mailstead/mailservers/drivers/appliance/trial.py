"""A sign-in from within an appliance that is thrown away afterwards."""

from importlib.resources import files as resources

from mailstead.mailservers.errors import LiveMachine, TrialRefused
from mailstead.mailservers.port import SignedIn

from .driver import Channel

_SCRIPT = "sign-in.pl"
_PATIENCE_S = 180


class ApplianceTrial:
    """Passwords are changed for it: *only* the machine of this name is ever touched."""

    def __init__(self, channel: Channel, *, only: str) -> None:
        self._channel, self._only = channel, only

    def sign_in(self, machine: str) -> SignedIn | None:
        if machine != self._only:
            raise LiveMachine(f"{machine} is no machine to try passwords on", field="machine", value=machine)
        script = (resources(__package__) / _SCRIPT).read_bytes()
        output = self._channel.run(machine, ["/usr/bin/perl", "-"], stdin=script, timeout_s=_PATIENCE_S)
        match output.stdout.decode(errors="replace").rstrip("\n").split("\t"):
            case ["in", address, mails]:
                return SignedIn(address.replace("\\'", "'"), int(mails))
            case ["nobody"]:
                return None
            case [*said]:
                raise TrialRefused(f"nobody can sign in: {' '.join(said[1:])}", field="machine", value=machine)
