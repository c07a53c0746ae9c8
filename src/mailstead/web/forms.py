"""Forms as they come over the wire: read up to a limit, then plain text by name.

InvalidInput
└── NoForm   it cannot be read as one   no-form
"""

from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from mailstead.access.bodies import announced, bounded
from mailstead.access.errors import BodyTooLarge
from mailstead.ground.errors import InvalidInput

FIELDS_MOST = 200


class NoForm(InvalidInput):
    """What was sent cannot be read as a form."""

    code = "no-form"


async def read_form(request: Request, most_bytes: int) -> Mapping[str, str]:
    """Return a form's fields, and its files as text; raise BodyTooLarge or NoForm. Nothing beyond the limit is read."""
    if announced(request.headers) > most_bytes:
        raise _too_large(most_bytes)
    limited = Request(request.scope, bounded(request.receive, most_bytes, _too_large))
    try:
        async with limited.form(max_files=1, max_fields=FIELDS_MOST, max_part_size=most_bytes) as form:
            return {name: _plain(name, await _text(value)) for name, value in form.multi_items()}
    except (MultiPartException, HTTPException) as error:
        raise NoForm("this cannot be read as a form", field="form", remedy="load the page, and send it anew") from error


async def _text(value: UploadFile | str) -> str:
    if isinstance(value, str):
        return value
    content = await value.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is no UTF-8 text: byte {error.start} is the first that does not fit"
        raise NoForm(message, field="file", remedy="save it as UTF-8") from error


def _plain(name: str, text: str) -> str:
    if "\0" in text:
        raise NoForm("there is a null character in it", field=name, remedy="leave it out")
    return text


def _too_large(most_bytes: int) -> BodyTooLarge:
    most = f"{most_bytes >> 20} MiB"
    return BodyTooLarge(f"more than {most} were sent", field="form", value=most, remedy="send less at once")
