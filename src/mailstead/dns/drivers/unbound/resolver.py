"""The Resolver port over Unbound: a file of zones, and a reload that keeps the other zones' cache."""

from collections.abc import Collection, Mapping
from pathlib import Path

from mailstead.dns.drivers.folders import taking_turns, write_private

from .config import UnboundSettings, read_zones, render_zone
from .daemon import control


class UnboundResolver:
    """Trusts platform zones one by one; orders of many tenants may do so at once."""

    def __init__(self, settings: UnboundSettings) -> None:
        self._settings = settings

    def anchors(self) -> dict[str, tuple[str, ...]]:
        file = self._settings.zones_file
        return read_zones(file.read_text()) if file.exists() else {}

    def trust(self, zones: Mapping[str, tuple[str, ...]]) -> None:
        with taking_turns(self._settings.folder / "zones.lock"):
            self._write(self.anchors() | dict(zones), zones)

    def forget(self, zones: Collection[str]) -> None:
        with taking_turns(self._settings.folder / "zones.lock"):
            self._write({zone: anchors for zone, anchors in self.anchors().items() if zone not in zones}, zones)

    def _write(self, known: Mapping[str, tuple[str, ...]], touched: Collection[str]) -> None:
        settings = self._settings
        text = "".join(render_zone(zone, anchors, settings.authority) for zone, anchors in sorted(known.items()))
        if text == settings.zones_file.read_text() and not self._reload_due.exists():
            return
        # Marked first: whoever is killed between file and reload leaves a reload for the next one.
        self._reload_due.touch()
        write_private(settings.zones_file, text, settings.user)
        control(settings, "reload_keep_cache")
        for zone in touched:
            control(settings, "flush_zone", zone)
        self._reload_due.unlink()

    @property
    def _reload_due(self) -> Path:
        return self._settings.folder / "reload.due"
