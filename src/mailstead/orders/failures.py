"""Errors as plain values, so that what failed yesterday can be raised, shown and decided upon today."""

from mailstead.ground.errors import MailsteadError

from .model import StepFailed


def as_failure(error: BaseException) -> dict[str, str]:
    """Return code, message and what else is known of any exception; the text of strange ones is cut short."""
    if isinstance(error, StepFailed) and error.original:
        return error.as_dict() | {"code": error.original}
    if isinstance(error, MailsteadError):
        return error.as_dict()
    return {
        "code": "internal-error",
        "message": f"{type(error).__name__}: {error}"[:300],
        "remedy": "this is a defect of mailstead: report it with the order's id",
    }


def restored(failure: dict[str, str]) -> MailsteadError:
    """Return the error that *failure* was made of, of its own class where this release knows the code.

    >>> type(restored({"code": "unreachable", "message": "no answer"})).__name__
    'Unreachable'
    """
    kind = _classes(MailsteadError).get(failure["code"], StepFailed)
    error = kind.__new__(kind)  # past constructors of their own, which may ask for more
    details = {name: failure.get(name, "") for name in ("field", "value", "remedy")}
    MailsteadError.__init__(error, failure["message"], **details)
    if isinstance(error, StepFailed) and error.code != failure["code"]:
        error.original = failure["code"]
    return error


def _classes(root: type[MailsteadError]) -> dict[str, type[MailsteadError]]:
    below = {code: kind for child in root.__subclasses__() for code, kind in _classes(child).items()}
    return below | {root.code: root}
