"""A server of S3 for tests: moto, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection

# One request at a time: S3 creates an object on condition atomically, moto looks and then puts.
_SERVER = """
import json, sys, threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
moto, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()

def application(environ, start):
    with turn:
        return [b"".join(moto(environ, start))]

server = make_server("127.0.0.1", 0, application, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps(server.server_port), flush=True)
sys.stdin.read()
server.shutdown()
"""


@contextmanager
def s3_server() -> Iterator[str]:
    """Give the address of a server that holds one empty bucket, `backups`."""
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        port = json.loads(process.stdout.readline())
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("PUT", "/backups")
            assert connection.getresponse().status == 200
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
            process.wait(timeout=20)
