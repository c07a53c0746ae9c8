"""The BIND process: started once, outliving us, ended exactly."""

from mailstead.dns.drivers.daemon import Daemon, Started, await_answer
from mailstead.dns.drivers.folders import holds, prepare, taking_turns, write_private
from mailstead.ground.clock import Clock

from .config import BindSettings, render, render_control


class BindDaemon:
    """Keeps one BIND of ours running."""

    def __init__(self, settings: BindSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        user = ("-u", settings.user) if settings.user else ()
        argv = ("named", "-4", "-n", "1", "-c", str(settings.config_file), *user)
        self._daemon = Daemon(argv, settings.config_file, clock)

    def ensure_running(self) -> Started:
        """Start BIND unless it runs with these settings; return once it answers."""
        settings = self._settings
        prepare(settings.folder, ("zones", "keys", "state"), settings.user)
        with taking_turns(settings.folder / "start.lock"):
            if not holds(settings.config_file, render(settings)):
                self._daemon.stop()
                write_private(settings.control_file, render_control(settings), None)
                write_private(settings.config_file, render(settings), settings.user)
            started = self._daemon.ensure_running()
        await_answer(("rndc", "-c", str(settings.control_file), "status"), self._clock)
        return started

    def stop(self) -> None:
        """End BIND; its data stays. One that does not run is no error."""
        self._daemon.stop()

    def pid(self) -> int | None:
        return self._daemon.pid()
