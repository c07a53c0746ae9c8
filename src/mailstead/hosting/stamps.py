"""The stamp of a host's role: which role file a host has, told by a value that it refuses. Decision 0159.

A role file is data, and a session shows the names of its cmdlets only. But who gives a parameter a value that its
pattern does not take is told the pattern, in whatever language: so one pattern carries the stamp.
"""

import re
from hashlib import sha256

from mailstead.remoting.cmdlets.storage import GetVolumeOf
from mailstead.remoting.errors import ArgumentRefused
from mailstead.remoting.port import Remote

UNSTAMPED = "mailstead-role-000000000000"
_STAMP = re.compile("mailstead-role-[0-9a-f]{12}")
_REFUSED = GetVolumeOf(FilePath="mailstead-role?")  # fits no pattern, so nothing is done


def stamped(role: str) -> str:
    """Return the text of a role file with the stamp that its rules give; comments and blanks count for nothing."""
    lines = (line.strip() for line in _STAMP.sub(UNSTAMPED, role).splitlines())
    rules = "\n".join(line for line in lines if line and not line.startswith("#"))
    return _STAMP.sub(f"mailstead-role-{sha256(rules.encode()).hexdigest()[:12]}", role)


def stamp_in(text: str) -> str:
    """Return the stamp in a role file, or in what a host says; empty where there is none."""
    found = _STAMP.search(text)
    return found[0] if found else ""


def stamp_of(way: Remote) -> str:
    """Return the stamp of the role that a host has; empty for one from before there were stamps."""
    try:
        way.run(_REFUSED)
    except ArgumentRefused as error:
        return stamp_in(error.message)
    return ""
