"""Patterns for the role files: regular expressions of .NET, which PowerShell anchors at both ends. Pure."""

_SPECIAL = frozenset(r"\.+*?()[]{}^$|#")


def exactly(text: str) -> str:
    r"""Return a pattern that *text* alone matches.

    >>> exactly(r"D:\Mail.1")
    'D:\\\\Mail\\.1'
    """
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)


def one_of(first: int, last: int) -> str:
    """Return a pattern of the numbers from *first* to *last*, as they are written without leading zeros.

    >>> one_of(100, 3999)
    '[1-9][0-9][0-9]|[1-3][0-9][0-9][0-9]'
    """
    return "|".join(_as_digits(low, high) for low, high in _even_spans(first, last))


def _even_spans(first: int, last: int) -> list[tuple[int, int]]:
    """Cut the span into spans whose numbers differ in each digit independently."""
    if first > last:
        return []
    step = 1
    while first % (step * 10) == 0 and first + step * 10 - 1 <= last and first != 0:
        step *= 10
    high = first + step - 1
    while high + step <= last and str(high + step)[: -len(str(step))] == str(first)[: -len(str(step))]:
        if len(str(high + step)) != len(str(first)):
            break
        high += step
    return [(first, high), *_even_spans(high + 1, last)]


def _as_digits(low: int, high: int) -> str:
    return "".join(a if a == b else f"[{a}-{b}]" for a, b in zip(str(low), str(high), strict=True))
