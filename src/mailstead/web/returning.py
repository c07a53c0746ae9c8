"""Where to go after signing in: to a page of this console, never elsewhere."""

from urllib.parse import urlsplit

HOME = "/"


def safe_path(wanted: str) -> str:
    """Return *wanted* if it is a path of this very host, else the start page (CWE-601).

    Browsers read a backslash as a slash, drop tabs and line ends, and take two slashes for a host.

    >>> [safe_path(text) for text in ("/tenants?search=a", "//evil.example", "/\\\\evil.example", "https:evil")]
    ['/tenants?search=a', '/', '/', '/']
    """
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and " " not in wanted
    if not plain or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else HOME
