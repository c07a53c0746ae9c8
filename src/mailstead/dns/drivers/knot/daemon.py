"""The Knot process: started once, outliving us, ended exactly."""

from mailstead.dns.drivers.daemon import Daemon, Started, await_answer, run
from mailstead.dns.drivers.folders import give, holds, prepare, taking_turns, write_private
from mailstead.ground.clock import Clock

from .config import KnotSettings, render


class KnotDaemon:
    """Keeps one embedded Knot running. Zones live in its configuration database and survive restarts."""

    def __init__(self, settings: KnotSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        argv = ("knotd", "-C", str(settings.database), "-s", str(settings.socket), "-d")
        self._daemon = Daemon(argv, settings.database, clock)

    def ensure_running(self) -> Started:
        """Start Knot unless it runs, with changed settings if there are any; return once it answers.

        A change of settings restarts it: the configuration database is imported while nobody uses it.
        """
        settings = self._settings
        prepare(settings.folder, ("run", "log", "state", "zones", "confdb"), settings.user)
        with taking_turns(settings.folder / "start.lock"):
            if not holds(settings.config_file, render(settings)):
                self._daemon.stop()
                self._import()
            started = self._daemon.ensure_running()
        await_answer(("knotc", "-s", str(settings.socket), "status"), self._clock)
        return started

    def stop(self) -> None:
        """End Knot; its data stays. One that does not run is no error."""
        self._daemon.stop()

    def pid(self) -> int | None:
        return self._daemon.pid()

    def _import(self) -> None:
        """Bring the settings into the database, and the zones that were in it along."""
        settings = self._settings
        draft = settings.folder / "import.conf"
        write_private(draft, render(settings) + self._exported_zones(), None)
        try:
            run(("knotc", "-C", str(settings.database), "-f", "conf-import", str(draft)))
        finally:
            draft.unlink(missing_ok=True)
        for file in settings.database.iterdir():
            give(file, settings.user)
        # Last, as the sign that the database holds these settings.
        write_private(settings.config_file, render(settings), None)

    def _exported_zones(self) -> str:
        database = self._settings.database
        if not (database / "data.mdb").exists():
            return ""
        _, heading, zones = run(("knotc", "-C", str(database), "conf-export")).partition("\nzone:\n")
        return heading + zones
