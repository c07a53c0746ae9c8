"""Drivers of `RecoveryDatabases`: in memory, and over PowerShell Remoting."""
