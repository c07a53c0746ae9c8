"""What DBOS keeps is plain JSON, and what it reads is never code."""

import json
from typing import Any, NoReturn

from dbos import Serializer
from dbos._serialization import DefaultSerializer

from mailstead.ground.errors import Rejected
from mailstead.orders.failures import as_failure, restored


class ForeignRow(Rejected):
    """A row of the engine's database was not written by us."""

    code = "foreign-row"


class JsonSerializer(Serializer):
    """Values as JSON, exceptions as `{"$error": …}`."""

    def serialize(self, data: Any) -> str:
        if isinstance(data, BaseException):
            data = {"$error": as_failure(data)}
        return json.dumps(data, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        data = json.loads(serialized_data)
        if isinstance(data, dict) and "$error" in data:
            return restored(data["$error"])
        return data

    def name(self) -> str:
        return "mailstead-json"


def disable_pickle() -> None:
    """Make DBOS refuse rows that say they are pickles; may be repeated.

    DBOS 3.4 reads the serialization's name from the row itself, so that whoever may write to its database could
    otherwise have code run here.
    """
    DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]
    DefaultSerializer.serialize = _refuse  # type: ignore[method-assign,assignment]  # likewise


def _refuse(_serializer: Serializer, _data: Any) -> NoReturn:
    raise ForeignRow(
        "a row of the engine's database says that it holds a pickle",
        remedy="somebody else wrote to that database: restore it from a backup and find out who",
    )
