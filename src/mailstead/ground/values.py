"""What every written value shares: frozen, strict about unknown keys, errors that a person understands."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import InvalidInput, MailsteadError


class Value(BaseModel):
    """A frozen value that came from a file, a command line or a request; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, where: str = "") -> Self:
        """Read *data*; raise InvalidInput naming the first bad field, with *where* (a file) before it."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _explained(error, where) from error

    def changed(self, **fields: object) -> Self:
        """Return a copy with *fields* replaced, validated like any input."""
        return self.parse({**{name: getattr(self, name) for name in type(self).model_fields}, **fields})


def _explained(error: ValidationError, where: str) -> MailsteadError:
    """Turn pydantic's first finding into one of our errors, keeping a more exact one raised inside."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or error.title
    inner = first.get("ctx", {}).get("error")
    place = f"{where}: " if where else ""
    if isinstance(inner, InvalidInput):
        field = field if first["loc"] else inner.field
        return type(inner)(f"{place}{field}: {inner.message}", field=field, value=inner.value, remedy=inner.remedy)
    if first["type"] == "extra_forbidden":
        remedy = "remove the key, or see `mailstead schema` for the keys there are"
        return InvalidInput(f"{place}unknown key {field!r}", field=field, remedy=remedy)
    remedy = "see `mailstead schema` for what is allowed here"
    message = f"{place}{field}: {first['msg']}"
    return InvalidInput(message, field=field, value=first.get("input", ""), remedy=remedy)
