"""What of the platform's rules for backups does not hold for a tenant, on the wire."""

from typing import Annotated, Self

from pydantic import Field

from mailstead.ground.rhythms import Hours, Rhythm
from mailstead.ground.values import Value
from mailstead.tenants.model import Backup

from .parts import Name, Truth

Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]


class KeepWire(Value):
    """How many backups of each kind are kept, and for how many days none goes at all."""

    last: Count = 3
    hourly: Count = 0
    daily: Count = 14
    weekly: Count = 8
    monthly: Count = 12
    yearly: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 0
    days: Annotated[int, Field(strict=True, ge=0, le=36_500)] = 7


class BackupWire(Value):
    """A tenant's own rules; null: that of the platform holds."""

    off: Truth = False
    target: Name | None = None
    hours: Hours | None = None
    rhythm: Rhythm | None = None
    keep: KeepWire | None = None
    consistent: Truth | None = Field(default=None, description="Rather no backup than one as after a power cut.")

    def wanted(self) -> Backup:
        return Backup.parse(self.model_dump())

    @classmethod
    def of(cls, rules: Backup) -> Self:
        return cls.parse(rules.model_dump())
