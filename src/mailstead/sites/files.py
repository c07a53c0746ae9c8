"""The platform file on disk."""

from pathlib import Path

from mailstead.ground.files import read_toml

from .model import Platform


def read_platform(path: Path) -> Platform:
    """Read and validate `mailstead.toml`; raise NotFound or InvalidInput naming file and field."""
    return Platform.parse(read_toml(path), where=path.name)
