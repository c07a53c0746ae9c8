"""Names of folders and mailboxes as they stand in paths."""

import base64
import binascii
import re

_CODED = re.compile(r"&([^-]*)-")
_DOMAIN = r"(?P<domain>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
_OURS = re.compile(rf"(?:.*/)?{_DOMAIN}/(?P<local>[^/]+)/(?:Maildir|sdbox)")
_IREDMAIL = re.compile(
    rf"(?:.*/)?{_DOMAIN}/(?:[^/]/){{1,3}}(?P<local>[^/]+?)(?:-\d{{4}}(?:\.\d\d){{5}})?/(?:Maildir|sdbox)"
)


def folder_name(coded: str) -> str:
    """Return a folder's name out of IMAP's modified UTF-7 (RFC 3501, 5.1.3); what is none stays as it stands.

    >>> folder_name("Entw&APw-rfe"), folder_name("a &- b"), folder_name("&!!-")
    ('Entwürfe', 'a & b', '&!!-')
    """
    return _CODED.sub(_decoded, coded)


def coded_name(name: str) -> str:
    """Return a name in modified UTF-7: the way back of `folder_name`.

    >>> coded_name("Entwürfe & mehr")
    'Entw&APw-rfe &- mehr'
    """
    return re.sub(r"&|[^\x20-\x7e]+", _coded, name)


def address_of(path: str) -> str:
    """Return the address whose mail lies at *path*, or the path itself where it tells none.

    >>> address_of("acme.example/o=27brien/Maildir")
    "o'brien@acme.example"
    >>> address_of("vmail1/acme.example/a/n/n/anna-2024.05.06.07.08.09/Maildir")
    'anna@acme.example'
    >>> address_of("home/anna/Maildir")
    'home/anna/Maildir'
    """
    found = _IREDMAIL.fullmatch(path) or _OURS.fullmatch(path)
    if not found:
        return path
    local = re.sub("=([0-9A-F]{2})", lambda byte: chr(int(byte[1], 16)), found["local"])
    return f"{local}@{found['domain']}"


def paths_of(address: str) -> tuple[str, ...]:
    """Return where a mailbox lies most likely: on a data disk of ours, and on a disk that holds `/var/vmail`."""
    local, _, domain = address.rpartition("@")
    room = f"{domain}/{re.sub(r'[^a-z0-9_.-]', lambda byte: f'={ord(byte[0]):02X}', local)}"
    return tuple(f"{top}{room}/{name}" for top in ("", "var/vmail/") for name in ("Maildir", "sdbox"))


def _decoded(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    try:
        raw = base64.b64decode(found[1].replace(",", "/") + "=" * (-len(found[1]) % 4), validate=True)
        return raw.decode("utf-16-be")
    except (binascii.Error, UnicodeError, ValueError):
        return found[0]


def _coded(found: re.Match[str]) -> str:
    if found[0] == "&":
        return "&-"
    raw = base64.b64encode(found[0].encode("utf-16-be", "surrogatepass")).rstrip(b"=").decode()
    return f"&{raw.replace('/', ',')}-"
