"""What every guest channel does. A subclass gives `channel`, with a machine `acme` that answers."""

import pytest

from mailstead.ground.errors import InvalidInput, NotFound, OutcomeUnknown, Rejected
from mailstead.guests.model import GuestFile, pack
from mailstead.guests.port import GuestChannel

ROOM = "/var/lib/mailstead-test"


class GuestChannelContract:
    """The behaviours. Programs used: cat, false and sleep, by full path."""

    def test_a_running_machine_answers(self, channel: GuestChannel) -> None:
        assert channel.answers("acme") is True

    def test_what_was_written_is_read(self, channel: GuestChannel) -> None:
        channel.write("acme", f"{ROOM}/note", b"\x00\xff one\n", mode=0o640)
        assert channel.read("acme", f"{ROOM}/note") == b"\x00\xff one\n"

    def test_writing_replaces_the_whole_file(self, channel: GuestChannel) -> None:
        channel.write("acme", f"{ROOM}/again", b"a long first text", mode=0o600)
        channel.write("acme", f"{ROOM}/again", b"short", mode=0o600)
        assert channel.read("acme", f"{ROOM}/again") == b"short"

    def test_an_empty_file_is_a_file(self, channel: GuestChannel) -> None:
        channel.write("acme", f"{ROOM}/empty", b"", mode=0o600)
        assert channel.read("acme", f"{ROOM}/empty") == b""

    def test_a_missing_file_is_named(self, channel: GuestChannel) -> None:
        with pytest.raises(NotFound, match="/nowhere/to/be/found"):
            channel.read("acme", "/nowhere/to/be/found")

    @pytest.mark.parametrize("path", ["etc/passwd", "/etc/../srv/x", "/etc/"])
    def test_a_path_must_be_whole(self, channel: GuestChannel, path: str) -> None:
        with pytest.raises(InvalidInput, match="whole path|cannot name a file"):
            channel.write("acme", path, b"", mode=0o600)

    def test_an_archive_becomes_files(self, channel: GuestChannel) -> None:
        files = {
            f"{ROOM}/deep/er/one": GuestFile(b"1", 0o600),
            f"{ROOM}/deep/two": GuestFile(b"zwei" * 10_000, owner="vmail:vmail"),
        }
        channel.unpack("acme", pack(files))
        assert {path: channel.read("acme", path) for path in files} == {
            path: file.content for path, file in files.items()
        }

    def test_unpacking_twice_is_no_error(self, channel: GuestChannel) -> None:
        tar = pack({f"{ROOM}/twice": GuestFile(b"same")})
        channel.unpack("acme", tar)
        channel.unpack("acme", tar)
        assert channel.read("acme", f"{ROOM}/twice") == b"same"

    def test_a_large_archive_comes_through(self, channel: GuestChannel) -> None:
        content = bytes(range(256)) * 12 * 1024
        channel.unpack("acme", pack({f"{ROOM}/large": GuestFile(content)}))
        assert channel.read("acme", f"{ROOM}/large") == content

    def test_a_program_reads_and_writes(self, channel: GuestChannel) -> None:
        done = channel.run("acme", ["/bin/cat"], stdin=b"secret \xfe")
        assert (done.status, done.stdout, done.stderr) == (0, b"secret \xfe", b"")

    def test_a_failing_program_is_an_output_and_no_error(self, channel: GuestChannel) -> None:
        assert channel.run("acme", ["/bin/false"]).status == 1

    def test_a_missing_program_is_refused(self, channel: GuestChannel) -> None:
        with pytest.raises(Rejected, match="/bin/no-such-program"):
            channel.run("acme", ["/bin/no-such-program"])

    def test_a_program_that_does_not_end_leaves_the_outcome_unknown(self, channel: GuestChannel) -> None:
        with pytest.raises(OutcomeUnknown, match="sleep"):
            channel.run("acme", ["/bin/sleep", "5"], timeout_s=0.2)

    def test_an_unknown_machine_is_named(self, channel: GuestChannel) -> None:
        with pytest.raises(NotFound, match="globex"):
            channel.read("globex", "/etc/hostname")
