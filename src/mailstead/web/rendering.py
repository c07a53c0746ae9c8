"""Templates and how values look in them: everything is escaped, times and numbers are in the reader's own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mailstead.ground.errors import MailsteadError

from . import csrf
from .languages import translations
from .look import LANGUAGES, THEMES, Look
from .notices import Notice
from .pictures import icon
from .statics import STATICS
from .telling import Told, told
from .words import tone_of, word_of

if TYPE_CHECKING:
    from .visit import Visit

HERE = Path(__file__).parent
GIB = 1024
NOW_S = 10
PART = ", part "  # of a step that is done in parts


@dataclass(frozen=True, slots=True)
class Shown:
    """What every template may use beside its own values."""

    visit: "Visit"
    look: Look
    now: datetime
    csrf: str
    notice: Notice | None

    @property
    def translations(self) -> NullTranslations:
        return translations(self.look.language)


def render(template: str, shown: Shown, values: dict[str, Any]) -> str:
    """Return a page."""
    common = {"shown": shown, "visit": shown.visit, "look": shown.look}
    return environment(shown.look.language).get_template(template).render(common | values)


@cache
def environment(language: str) -> Environment:
    """Return where the templates of a language come from."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    texts = translations(language)
    i18n: Any = made  # has what its extension adds
    i18n.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)
    made.globals |= {
        "icon": icon,
        "static": STATICS.url,
        "integrity": STATICS.integrity,
        "languages": LANGUAGES,
        "themes": THEMES,
        "guard": guard,
        "tone": tone_of,
    }
    made.filters |= {
        "word": lambda value: spelt(str(value), texts),
        "when": when,
        "ago": ago,
        "span": span,
        "clock": clock,
        "size": size,
        "number": number,
        "percent": percent,
        "tenths": tenths,
        "told": told_in,
        "spoken": spoken,
    }
    return made


def spelt(value: str, texts: NullTranslations) -> str:
    """Return a word from below as it is told; of a step in parts, the number of the part stays behind it."""
    name, part, number = value.partition(PART)
    return f"{texts.gettext(word_of(name))} {number}" if part else texts.gettext(word_of(value))


@pass_context
def guard(context: Context) -> Markup:
    """Return the hidden field that every form carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, context["shown"].csrf)


@pass_context
def when(context: Context, at: datetime | str | None, style: str = "medium") -> str:
    """Return a time in the reader's own zone and language."""
    if at is None or at == "":
        return "–"
    look: Look = context["look"]
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    shown = format_datetime(moment, style, tzinfo=look.tzinfo, locale=look.locale)
    full = format_datetime(moment, "full", tzinfo=look.tzinfo, locale=look.locale)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), full, shown)


@pass_context
def ago(context: Context, at: datetime | None) -> str:
    """Return how long ago it was, or how soon it will be."""
    if at is None:
        return "–"
    shown: Shown = context["shown"]
    apart = at - shown.now
    said = format_timedelta(apart, add_direction=True, locale=shown.look.locale)
    if abs(apart.total_seconds()) < NOW_S:
        said = shown.translations.gettext("just now")
    full = format_datetime(at, "full", tzinfo=shown.look.tzinfo, locale=shown.look.locale)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), full, said)


@pass_context
def span(context: Context, at: datetime) -> str:
    """Return how long it is since then, as a length of time."""
    shown: Shown = context["shown"]
    return format_timedelta(shown.now - at, locale=shown.look.locale)


@pass_context
def clock(context: Context, at: datetime) -> str:
    """Return a time as plain text, for where no mark-up may stand."""
    look: Look = context["look"]
    return format_datetime(at, "short", tzinfo=look.tzinfo, locale=look.locale)


@pass_context
def size(context: Context, mib: float) -> str:
    """Return a size given in MiB.

    Whole GiB are told in GiB: 1536 is 1.5 GiB.
    """
    unit, value = ("MiB", mib) if mib < GIB else ("GiB", mib / GIB) if mib < GIB * GIB else ("TiB", mib / GIB / GIB)
    return f"{format_decimal(round(value, 1), locale=context['look'].locale)}\u00a0{unit}"


@pass_context
def number(context: Context, value: float) -> str:
    """Return a number with the reader's own separators."""
    return format_decimal(value, locale=context["look"].locale)


@pass_context
def tenths(context: Context, value: float) -> str:
    """Return a number with one digit behind the point, as for seconds."""
    return format_decimal(value, "#,##0.0", locale=context["look"].locale)


@pass_context
def told_in(context: Context, error: MailsteadError | Mapping[str, str]) -> Told:
    """Return an error in the reader's language, if it is known there."""
    shown: Shown = context["shown"]
    return told(error, shown.translations, shown.look.language)


def spoken(said: Told) -> Markup:
    """Return the attribute that says in which language it is told, where that is not the page's."""
    return Markup(' lang="{}"').format(said.language) if said.language else Markup("")


@pass_context
def percent(context: Context, share: float) -> str:
    """Return a share from 0 to 1 in percent."""
    return format_percent(share, locale=context["look"].locale)
