"""What may be wrong with who asks, and with what is asked of people.

MailsteadError
├── Refused
│   ├── Denied
│   │   ├── NotSignedIn      nobody is signed in, or no longer                       not-signed-in
│   │   ├── SignInRefused    what was to prove who somebody is does not prove it     sign-in-refused
│   │   ├── TooManyTries     wait before the next try                                too-many-tries
│   │   ├── Forbidden        somebody is signed in, and lacks the right              forbidden
│   │   └── StepUpNeeded     the second factor must be given anew                    step-up-needed
│   ├── LastOwner            nobody could look after the platform's people then      last-owner
│   ├── LastFactor           the only second factor of one who must have one         last-factor
│   ├── LastWayIn            without it nothing would open the account               last-way-in
│   └── PersonThere          (Conflict) the address has an account                   person-there
├── InvitationGone           (NotFound) the link was used, withdrawn, or is too old  invitation-gone
├── SignInBusy               (Unreachable) too many passwords are being checked      sign-in-busy
├── ProviderSilent           (Unreachable) a provider of sign-ins does not answer      provider-silent
├── ProviderUnfit            (Rejected) it is not what the platform's file says        provider-unfit
└── ProofRefused             (Rejected) what came from it proves nothing               proof-refused
"""

from mailstead.ground.errors import Conflict, Denied, NotFound, Refused, Rejected, Unreachable


class NotSignedIn(Denied):
    """Nobody is signed in, or no longer; how so is not told."""

    code = "not-signed-in"


class SignInRefused(Denied):
    """What was given does not prove who somebody is; whether they exist, and what was wrong, is not told."""

    code = "sign-in-refused"


class TooManyTries(Denied):
    """There were too many tries; the next one counts after `wait_s` seconds."""

    code = "too-many-tries"

    def __init__(self, wait_s: float) -> None:
        remedy = "wait, then try again; a passkey works at once"
        super().__init__(f"too many tries: wait {wait_s:.0f} seconds", field="sign-in", remedy=remedy)
        self.wait_s = wait_s


class Forbidden(Denied):
    """Who asks lacks the right."""

    code = "forbidden"


class StepUpNeeded(Denied):
    """The second factor must be given again before this is done."""

    code = "step-up-needed"


class LastOwner(Refused):
    """Without this owner nobody could look after the platform's people."""

    code = "last-owner"


class LastFactor(Refused):
    """Somebody whose role needs a second factor would have none."""

    code = "last-factor"


class LastWayIn(Refused):
    """Without this sign-in its person could not come in any more."""

    code = "last-way-in"


class PersonThere(Conflict):
    """Somebody with that address has an account."""

    code = "person-there"


class InvitationGone(NotFound):
    """A one-time link was used, withdrawn, or is too old; which of these is not told."""

    code = "invitation-gone"


class SignInBusy(Unreachable):
    """More passwords are being checked than this machine has memory for; try again."""

    code = "sign-in-busy"


class ProviderSilent(Unreachable):
    """A provider of sign-ins does not answer."""

    code = "provider-silent"


class ProviderUnfit(Rejected):
    """A provider of sign-ins is not what the platform's file says, or not to be spoken with; says why."""

    code = "provider-unfit"


class ProofRefused(Rejected):
    """What came from a provider of sign-ins, or in its name, proves nothing; says why, for the audit trail alone."""

    code = "proof-refused"
