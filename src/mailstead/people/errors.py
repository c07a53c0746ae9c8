"""What may be wrong with who asks.

Denied
├── NotSignedIn    nobody is signed in, or no longer       not-signed-in
├── Forbidden      somebody is, and lacks the right        forbidden
└── StepUpNeeded   the second factor must be given anew    step-up-needed
"""

from mailstead.ground.errors import Denied


class NotSignedIn(Denied):
    """Nobody is signed in, or no longer; how so is not told."""

    code = "not-signed-in"


class Forbidden(Denied):
    """Who asks lacks the right."""

    code = "forbidden"


class StepUpNeeded(Denied):
    """The second factor must be given again before this is done."""

    code = "step-up-needed"
