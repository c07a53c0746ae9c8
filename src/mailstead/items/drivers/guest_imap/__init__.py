"""Mails given back through the guest channel: IMAP in a session that Dovecot opens without a password."""

from .receiver import GuestReceiver

__all__ = ["GuestReceiver"]
