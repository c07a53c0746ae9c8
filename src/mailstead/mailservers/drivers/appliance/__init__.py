"""The Postfix/Dovecot appliance, reached through its guest channel: one call to look, two to apply."""

from .driver import Appliance, Channel

__all__ = ["Appliance", "Channel"]
