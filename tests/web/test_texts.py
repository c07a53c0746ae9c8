"""No text is left untranslated, and no translation without its text."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import mailstead
from mailstead.ground.errors import InvalidInput, error_classes
from mailstead.lifecycle import care_workflow, equipping, workflow
from mailstead.protection import workflow as protection_workflow
from mailstead.salvage import workflow as salvage_workflow
from mailstead.web.faults import FAULTS
from mailstead.web.languages import catalogue, translations
from mailstead.web.rendering import PART, spelt
from mailstead.web.telling import told
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
    kinds += [*protection_workflow.OF_BACKUPS, salvage_workflow.MAIL, salvage_workflow.MAILBOX, salvage_workflow.FILE]
    kinds += [salvage_workflow.EXCHANGE, salvage_workflow.EXCHANGE_UNDO]
    modules = (workflow, care_workflow, equipping, protection_workflow, salvage_workflow)
    sources = [Path(str(module.__file__)).read_text() for module in modules]
    steps = {step for source in sources for step in re.findall(r'(?:order\.step\(|name = f)"([^"]+)"', source)}
    steps = {step.partition(PART)[0] for step in steps}
    assert len(steps) > 20
    assert not [word for word in (*kinds, *steps) if word not in WORDS]


def test_a_step_in_parts_is_told_with_the_number_of_its_part() -> None:
    assert spelt("give mails back, part 12", translations("de")) == "Mails zurückgeben, Teil 12"


def test_every_tone_is_of_a_word_there_is() -> None:
    assert not [value for values in TONES.values() for value in values if value not in WORDS]


# What other chapters say is about hosts, disks and guests: it stands in orders that failed, for operators, in English.
NEAR = ("access", "ground", "lifecycle", "networks", "orders", "people", "protection", "salvage", "tenants", "web")
RARE = {
    "mailstead",
    "foreign-row",
    "not-json",
    "unknown-kind",
    "unknown-step",
    "not-windows",
    "not-prepared",
    "port-missing",
}


def test_an_error_of_what_people_do_has_words_in_every_language() -> None:
    for module in pkgutil.walk_packages(mailstead.__path__, "mailstead."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    near = {error.code for error in error_classes() if error.__module__.split(".")[1] in NEAR}
    plain = near - FAULTS.keys()
    assert plain <= RARE, "give these words in web/faults.py"
    assert plain == RARE, "these have words now: take them out of RARE"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_is_told_in_the_readers_language_with_what_it_is_about(language: str) -> None:
    error = InvalidInput("'x' is no mail domain", field="domains.0.name.domain", value="100%", remedy="give another")
    said = told(error, translations(language), language)
    assert (said.language, "100%" in said.message) == ("", True)
    assert said.message != error.message
    assert told(error, translations("en"), "en").message == error.message
    strange = {"code": "remote-busy", "message": "too much", "remedy": "wait"}
    assert told(strange, translations(language), language).language == "en"


@pytest.mark.parametrize("key", FAULTS)
def test_words_of_an_error_hold_nothing_but_its_field_and_value(key: str) -> None:
    assert [text % {"field": "f", "value": "v"} for text in FAULTS[key]]


def _whole(known: Catalog, text: str | tuple[str, ...]) -> bool:
    entry = known[text]
    strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
    return all(strings) and not entry.fuzzy
