"""A page as a browser without JavaScript reads it: its words, links and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

SILENT = {"script", "style", "title", "option", "textarea"}


@dataclass
class Form:
    """A form: where it leads, and what it would send as it stands."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """Reads a page once."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.spoken: list[str] = []
        self._path = path
        self._inside: list[str] = []
        self._field = ""
        self.feed(text)

    @property
    def words(self) -> str:
        return " ".join("".join(self.spoken).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action") or self._path))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in {"input", "select", "textarea", "option"}:
            self._note(tag, given)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag in {"select", "textarea"}:
            self._field = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "textarea" and self._field:
            self.forms[-1].fields[self._field] = data.removeprefix("\n")
        elif not SILENT & set(self._inside[-1:]):
            self.spoken.append(data + " ")

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if tag == "input":
            checked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if self.forms and given.get("name") and checked and given.get("type") != "file":
                self.forms[-1].fields[given["name"]] = given.get("value", "")
            self._inside.pop()
        elif tag in {"select", "textarea"}:
            self._field = given.get("name", "")
            if self.forms:
                self.forms[-1].fields[self._field] = ""
        elif self._field and self.forms and ("selected" in given or not self.forms[-1].fields[self._field]):
            self.forms[-1].fields[self._field] = given.get("value", "")
