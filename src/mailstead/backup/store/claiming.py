"""Creating an object whose name only one of many may take."""

from mailstead.backup.errors import NoSuchObject, ObjectExists
from mailstead.backup.port import Target


def claim(target: Target, name: str, content: bytes) -> bool:
    """Create an object; return whether it is ours: also where a lost answer made us ask twice."""
    try:
        target.create(name, content)
    except ObjectExists:
        return bool(content) and target.read(name) == content
    return True


def read_if_there(target: Target, name: str) -> bytes | None:
    try:
        return target.read(name)
    except NoSuchObject:
        return None
