"""The Unbound process: started once, outliving us, ended exactly."""

from mailstead.dns.drivers.daemon import Daemon, Started, await_answer, run
from mailstead.dns.drivers.folders import give, holds, prepare, taking_turns, write_private
from mailstead.ground.clock import Clock

from .config import UnboundSettings, render


class UnboundDaemon:
    """Keeps one resolver of ours running."""

    def __init__(self, settings: UnboundSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._daemon = Daemon(("unbound", "-c", str(settings.config_file)), settings.config_file, clock)

    def ensure_running(self) -> Started:
        """Start Unbound unless it runs with these settings; return once it answers."""
        settings = self._settings
        prepare(settings.folder, ("run", "log"), settings.user)
        settings.zones_file.touch(mode=0o600)
        give(settings.zones_file, settings.user)
        with taking_turns(settings.folder / "start.lock"):
            if not holds(settings.config_file, render(settings)):
                self._daemon.stop()
                write_private(settings.config_file, render(settings), settings.user)
            started = self._daemon.ensure_running()
        await_answer(("unbound-control", "-c", str(settings.config_file), "status"), self._clock)
        return started

    def stop(self) -> None:
        """End Unbound. One that does not run is no error."""
        self._daemon.stop()

    def pid(self) -> int | None:
        return self._daemon.pid()


def control(settings: UnboundSettings, *words: str) -> str:
    """Speak to the running resolver over its socket."""
    return run(("unbound-control", "-c", str(settings.config_file), *words), timeout_s=60)
