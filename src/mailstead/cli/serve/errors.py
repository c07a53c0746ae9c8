"""What keeps a server from answering at its place.

Refused
├── CannotListen    (InvalidInput)  this machine has no such address, or grants the port to root alone   cannot-listen
├── PortTaken       (Conflict)      another program answers there                                        port-taken
└── BadCertificate  (InvalidInput)  what the files hold is no chain with its key                         bad-certificate
"""

from mailstead.ground.errors import Conflict, InvalidInput


class CannotListen(InvalidInput):
    """This machine has no such address, or does not grant its port."""

    code = "cannot-listen"


class PortTaken(Conflict):
    """Another program answers there."""

    code = "port-taken"


class BadCertificate(InvalidInput):
    """What the files hold is no chain with its key."""

    code = "bad-certificate"
