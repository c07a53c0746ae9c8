"""What can be refused in a tenant's life.

Conflict
├── NotRemoved   only a removed tenant can be destroyed
├── Overtaken    somebody else changed the tenant in between
├── NotOfDriver  the driver of the tenant's host has not what is asked for
└── NotWindows   the tenant's machine is the appliance
DrainUnfinished (Unreachable) a node still has machines after a long time
"""

from mailstead.ground.errors import Conflict, Unreachable


class NotRemoved(Conflict):
    """Only a removed tenant can be destroyed."""

    code = "not-removed"


class Overtaken(Conflict):
    """Somebody else changed the tenant between our look and our change."""

    code = "overtaken"


class NotOfDriver(Conflict):
    """The driver of the tenant's host has not what is asked for."""

    code = "not-of-driver"


class DrainUnfinished(Unreachable):
    """A node still has machines after a long time."""

    code = "drain-unfinished"


class NotWindows(Conflict):
    """Only a Windows machine has roles and features that we bring about."""

    code = "not-windows"
