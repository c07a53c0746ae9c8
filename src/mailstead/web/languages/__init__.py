"""The languages of the console: English as it stands in the code, others from a catalogue each (GNU gettext)."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts of a language; of one without a catalogue, the English ones."""
    file = catalogue(language)
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue(language: str) -> Path:
    """Return where the texts of a language lie."""
    return HERE / f"{language}.po"
