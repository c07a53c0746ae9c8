"""Style sheet, scripts and icon: each under a name that changes with its content, with the hash a browser checks."""

from base64 import b64encode
from hashlib import sha384
from mimetypes import guess_type
from pathlib import Path

from starlette.responses import Response

from mailstead.ground.errors import NotFound

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


class Statics:
    """The files, read once."""

    def __init__(self, folder: Path) -> None:
        self._files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        self._hashes = {name: sha384(content).digest() for name, content in self._files.items()}

    def url(self, name: str) -> str:
        """Return where a file is served; another content, another address."""
        return f"/static/{name}?{self._hashes[name].hex()[:12]}"

    def integrity(self, name: str) -> str:
        """Return its hash as a tag carries it (W3C Subresource Integrity)."""
        return f"sha384-{b64encode(self._hashes[name]).decode()}"

    def served(self, name: str) -> Response:
        """Answer with a file; raise NotFound."""
        if name not in self._files:
            raise NotFound("there is no such file", field="path", value=name, remedy="start at /")
        kind = guess_type(name)[0] or "application/octet-stream"
        return Response(self._files[name], media_type=kind, headers={"cache-control": FOREVER})


STATICS = Statics(FOLDER)
