"""Machines on Hyper-V hosts, by structured cmdlets over PowerShell Remoting."""
