"""What the models of the wire are made of."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mailstead.api.asked import ADDRESS, DOMAIN, NAME
from mailstead.ground.values import Value

T = TypeVar("T")
C = TypeVar("C")

Name = Annotated[str, Field(pattern=NAME, description="2 to 32 small letters, digits, hyphens.", examples=["acme"])]
Address = Annotated[str, Field(pattern=ADDRESS, max_length=320, examples=["anna@acme.example"])]
Domain = Annotated[str, Field(pattern=DOMAIN, max_length=253, examples=["acme.example"])]
Whole = Annotated[int, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]


class Changes(Value):
    """Fields to be changed; what is not sent stays as it is."""

    model_config = ConfigDict(validate_default=False)


class Shown(BaseModel):
    """What is shown."""

    model_config = ConfigDict(frozen=True)


def behind(found: Sequence[T], limit: int, cursor: Callable[[T], C]) -> C | None:
    """Return where the page behind *found* begins; None: it was the last."""
    return cursor(found[-1]) if len(found) == limit else None
