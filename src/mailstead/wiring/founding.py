"""A new platform: its folder, file, key and database. What is there is kept."""

from pathlib import Path
from uuid import uuid4

from mailstead.ground.errors import Denied
from mailstead.ground.files import write_whole
from mailstead.security.keyfile import create_key_file
from mailstead.sites.files import read_platform
from mailstead.state.database import Database
from mailstead.state.store import StandingStore

PLATFORM_FILE = "mailstead.toml"


def found_platform(home: Path, example: str) -> list[Path]:
    """Make what is missing in *home* and return it. Raises Denied, or what the platform file is refused for."""
    made = []
    try:
        for folder in (home, home / "tenants"):
            if not folder.is_dir():
                folder.mkdir(parents=True)
                made.append(folder)
        if not (home / PLATFORM_FILE).exists():
            write_whole(home / PLATFORM_FILE, example.encode())
            made.append(home / PLATFORM_FILE)
        platform = read_platform(home / PLATFORM_FILE)
        key_file = home / platform.state.key_file
        if not key_file.exists():
            create_key_file(key_file)
            made.append(key_file)
    except PermissionError as error:
        remedy = "run as root, or give another folder with --home"
        raise Denied(f"{error.filename} cannot be written", field="home", value=home, remedy=remedy) from error
    database = Database(database_url(home, platform.state.database))
    database.migrate()
    StandingStore(database, lambda: str(uuid4())).get()
    database.close()
    return made


def database_url(home: Path, given: str, name: str = "state") -> str:
    """Return the URL of a database: as given, or a file in the platform's folder."""
    return given or f"sqlite:///{home.absolute()}/{name}.sqlite"
