"""What can be refused in a tenant's life.

Conflict
└── NotRemoved   only a removed tenant can be destroyed
"""

from mailstead.ground.errors import Conflict


class NotRemoved(Conflict):
    """Only a removed tenant can be destroyed."""

    code = "not-removed"
