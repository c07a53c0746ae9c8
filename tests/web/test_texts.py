"""No text is left untranslated, and no translation without its text."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mailstead.lifecycle import care_workflow, equipping, workflow
from mailstead.web.languages import catalogue
from mailstead.web.words import TONES, WORDS

from .texts import texts

HELD = re.compile(r"%\(\w+\)s")
LANGUAGES = ["de"]


@pytest.fixture(params=LANGUAGES)
def known(request: pytest.FixtureRequest) -> Catalog:
    with catalogue(request.param).open("rb") as lines:
        return read_po(lines, locale=request.param)


def test_every_text_is_translated(known: Catalog) -> None:
    said = {message for _, message in texts()}
    assert len(said) > 400
    lacking = sorted(str(text) for text in said if text not in known or not _whole(known, text))
    assert not lacking, "translate these in src/mailstead/web/languages"


def test_no_translation_outlives_its_text(known: Catalog) -> None:
    said = {message for _, message in texts()}
    assert not [entry.id for entry in known if entry.id and entry.id not in said]


def test_what_is_put_into_a_text_is_put_into_its_translation(known: Catalog) -> None:
    for entry in known:
        for text in entry.string if isinstance(entry.string, tuple) else (entry.string,):
            if isinstance(entry.id, str) and entry.id:
                assert sorted(HELD.findall(str(text))) == sorted(HELD.findall(entry.id)), entry.id


def test_every_kind_of_order_and_every_step_has_a_word() -> None:
    kinds = [workflow.SETTLE, workflow.REMOVE, workflow.PURGE, care_workflow.TAKE, care_workflow.MOVE, equipping.EQUIP]
    sources = [Path(str(module.__file__)).read_text() for module in (workflow, care_workflow, equipping)]
    steps = {step for source in sources for step in re.findall(r'order\.step\("([^"]+)"', source)}
    assert len(steps) > 20
    assert not [word for word in (*kinds, *steps) if word not in WORDS]


def test_every_tone_is_of_a_word_there_is() -> None:
    assert not [value for values in TONES.values() for value in values if value not in WORDS]


def _whole(known: Catalog, text: str | tuple[str, ...]) -> bool:
    entry = known[text]
    strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
    return all(strings) and not entry.fuzzy
