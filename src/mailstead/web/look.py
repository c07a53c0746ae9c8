"""How somebody wants the console: language, theme, time zone, keys. In a cookie, so that it holds before signing in."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, negotiate_locale

LANGUAGES = {"en": "English", "de": "Deutsch"}
THEMES = ("system", "light", "dark")
KEYS = ("on", "off")  # whether single keys do something (WCAG 2.1.4: they can be turned off)


@dataclass(frozen=True, slots=True)
class Look:
    """Each is one of those known; anything else becomes the default."""

    language: str = "en"
    theme: str = "system"
    zone: str = "UTC"
    keys: str = "on"

    @property
    def locale(self) -> Locale:
        return Locale(self.language)

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def changed(self, *, language: str = "", theme: str = "", zone: str = "", keys: str = "") -> "Look":
        """Return this look with whatever is given and known."""
        return replace(
            self,
            language=language if language in LANGUAGES else self.language,
            theme=theme if theme in THEMES else self.theme,
            zone=zone if zone in available_timezones() else self.zone,
            keys=keys if keys in KEYS else self.keys,
        )

    def __str__(self) -> str:
        return "|".join((self.language, self.theme, self.zone, self.keys))


def look_of(cookie: str, accept_language: str) -> Look:
    """Return what the cookie says; the language that the browser asks for where it says nothing."""
    language, theme, zone, keys = [*cookie.split("|"), "", "", "", ""][:4]
    return Look(language=_wanted(accept_language)).changed(language=language, theme=theme, zone=zone, keys=keys)


def _wanted(accept_language: str) -> str:
    """Return the first known language (RFC 9110, 12.5.4; the browser sends them in order of its user's liking)."""
    asked = [part.partition(";")[0].strip()[:20] for part in accept_language.split(",")[:20]]
    return negotiate_locale([one for one in asked if one], LANGUAGES, sep="-") or "en"
