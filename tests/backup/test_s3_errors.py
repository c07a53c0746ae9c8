"""What a bucket's server may answer instead of doing it, and what that is called here."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from mailstead.backup.drivers.s3 import Bucket, S3Target
from mailstead.backup.errors import TargetDenied, TargetUnreachable
from mailstead.ground.errors import MailsteadError
from mailstead.security.model import Secret

ANSWERS = {
    "403 AccessDenied": (403, "AccessDenied", TargetDenied),
    "403 SignatureDoesNotMatch": (403, "SignatureDoesNotMatch", TargetDenied),
    "404 NoSuchBucket": (404, "NoSuchBucket", MailsteadError),
    "400 InvalidRequest": (400, "InvalidRequest", MailsteadError),
}


@contextmanager
def answering(status: int, code: str) -> Iterator[S3Target]:
    """Give a target whose server says this to everything."""

    def say(request: Request) -> Response:
        request.get_data()
        return Response(f"<Error><Code>{code}</Code><Message>no</Message></Error>", status)

    server = make_server("127.0.0.1", 0, Request.application(say), threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield S3Target(Bucket("backups", "key", Secret.of("secret"), endpoint=f"http://127.0.0.1:{server.server_port}"))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "code", "error"), ANSWERS.values(), ids=list(ANSWERS))
def test_what_the_server_says_is_an_error_of_ours_with_a_remedy(
    status: int, code: str, error: type[MailsteadError]
) -> None:
    with answering(status, code) as target:
        for act in (lambda: target.create("one", b"1"), lambda: target.read("one"), lambda: list(target.list("a/"))):
            with pytest.raises(error) as raised:
                act()
            assert raised.value.remedy or raised.value.code == "no-such-object"


def test_a_server_that_breaks_down_is_worth_another_try() -> None:
    with answering(503, "SlowDown") as target, pytest.raises(TargetUnreachable):
        target.create("one", b"1")
