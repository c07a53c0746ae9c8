"""Drivers of `GuestRoles`: in memory, and over PowerShell Remoting."""
