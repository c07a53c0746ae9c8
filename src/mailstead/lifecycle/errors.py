"""What can be refused in a tenant's life.

Conflict
├── NotRemoved   only a removed tenant can be destroyed
├── Overtaken    somebody else changed the tenant in between
└── NotWindows   the tenant's machine is the appliance
"""

from mailstead.ground.errors import Conflict


class NotRemoved(Conflict):
    """Only a removed tenant can be destroyed."""

    code = "not-removed"


class Overtaken(Conflict):
    """Somebody else changed the tenant between our look and our change."""

    code = "overtaken"


class NotWindows(Conflict):
    """Only a Windows machine has roles and features that we bring about."""

    code = "not-windows"
