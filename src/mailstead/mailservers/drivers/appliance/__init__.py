"""The Postfix/Dovecot appliance, reached through its guest channel: one call to look, two to apply."""

from .driver import Appliance, Channel
from .trial import ApplianceTrial

__all__ = ["Appliance", "ApplianceTrial", "Channel"]
