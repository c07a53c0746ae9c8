"""What a program of the host says becomes an error that tells what to do."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailstead.ground.errors import Denied, OutcomeUnknown, Rejected, Unreachable
from mailstead.networks.drivers.openvswitch import nft, ovsdb
from mailstead.networks.drivers.openvswitch.commands import Commands
from mailstead.networks.drivers.openvswitch.daemons import DAEMONS, ensure_running, stop
from mailstead.networks.drivers.openvswitch.forwarding import Settings, guarded
from mailstead.networks.drivers.openvswitch.links import parse, written


def _failing(words: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.exit({words!r})"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("ovs-vsctl: unix:/run/db.sock: database connection failed (No such file)", Unreachable),
        ("ovs-ofctl: mailstead0 is not a bridge or a socket", Unreachable),
        ("ovs-ofctl: /run/mailstead0.mgmt: failed to open socket (Connection refused)", Unreachable),
        ("Error: Could not process rule: Operation not permitted", Denied),
        ("Error: syntax error", Rejected),
    ],
)
def test_words_become_errors(words: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        Commands().run(_failing(words))
    assert type(caught.value) is error
    assert words in str(caught.value)


@pytest.mark.parametrize("read", [parse, nft.parse, lambda answer: ovsdb.parse(answer, "mailstead0")])
def test_an_answer_that_nobody_understands_is_told_and_quoted(read: Callable[[str], object]) -> None:
    with pytest.raises(Rejected) as caught:
        read("<html>nonsense")
    assert "<html>nonsense" in caught.value.message
    assert "by hand" in caught.value.remedy


def test_a_missing_program_is_named_with_the_packages() -> None:
    with pytest.raises(Rejected) as caught:
        Commands().run(["no-such-program-of-ours"])
    assert "openvswitch-switch" in caught.value.remedy


def test_an_answer_that_does_not_come_is_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown):
        Commands(timeout_s=0.1).run([sys.executable, "-c", "import time; time.sleep(5)"])


def test_a_program_that_open_vswitch_ends_for_want_of_an_answer_is_an_unknown_outcome_too() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        Commands().run([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGALRM)"])
    assert "services start" in caught.value.remedy


class Recorded(Commands):
    """Answers from a table of programs, and remembers what was asked."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__()
        self._answers = answers
        self.asked: list[list[str]] = []

    def run(self, argv: object, stdin: str = "") -> str:
        words = [str(word) for word in argv] if isinstance(argv, list | tuple) else []
        self.asked.append(words)
        for start, answer in self._answers.items():
            if " ".join(words).startswith(start):
                if answer == "!":
                    raise Unreachable("does not run")
                return answer
        return ""


def test_daemons_that_run_are_left_alone() -> None:
    commands = Recorded({})
    assert ensure_running(commands) == ()
    assert not [words for words in commands.asked if Path(words[0]).name == "ovs-ctl"]


def test_only_missing_daemons_are_reported_as_started() -> None:
    commands = Recorded({"ovs-appctl --timeout=5 -t ovs-vswitchd": "!"})
    assert ensure_running(commands) == ("ovs-vswitchd",)
    assert commands.asked[-1][1:] == ["--system-id=random", "start"]


def test_only_the_daemons_that_were_started_are_ended() -> None:
    commands = Recorded({})
    stop(("ovs-vswitchd",), commands)
    stop(DAEMONS, commands)
    assert [words[1:] for words in commands.asked] == [["--no-ovsdb-server", "stop"], ["stop"]]


OLD_KERNEL = {
    "sysctl -e net/ipv6/conf/default/force_forwarding": "",
    "sysctl -e net/ipv4/conf/eth0.7/forwarding": (
        "net.ipv4.conf.eth0/7.forwarding = 0\nnet.ipv6.conf.all.forwarding = 0\n"
    ),
    "sysctl -e net/ipv6/conf/all/forwarding": "net.ipv6.conf.all.forwarding = 0\n",
    "sysctl -a": (
        "net.ipv6.conf.all.forwarding = 0\nnet.ipv6.conf.eth0/7.forwarding = 0\nnet.ipv6.conf.docker0.forwarding = 1\n"
    ),
}


def test_an_older_kernel_is_switched_as_a_whole_and_other_devices_stay_as_they_were() -> None:
    commands = Recorded(OLD_KERNEL)
    settings = Settings(commands)
    before = settings.to_remember("eth0.7")
    assert before == {"net/ipv4/conf/eth0.7/forwarding": "0", "net/ipv6/conf/all/forwarding": "0"}
    settings.write(dict.fromkeys(before, "1"))
    switched, put_back = (words[4:] for words in commands.asked[-2:])
    assert switched == ["net/ipv6/conf/all/forwarding=1"]
    assert set(put_back) == {
        "net/ipv6/conf/eth0.7/forwarding=0",
        "net/ipv6/conf/docker0/forwarding=1",
        "net/ipv4/conf/eth0.7/forwarding=1",
    }


def test_what_was_no_router_before_is_guarded() -> None:
    before = {"net/ipv4/conf/eth0/forwarding": "0", "net/ipv6/conf/all/forwarding": "0"}
    assert guarded(before) == ["ipv4 eth0", "ipv6"]
    assert guarded(dict.fromkeys(before, "1")) == []


def test_links_change_by_what_differs_only() -> None:
    addresses = (
        '[{"ifname":"ms-g101","flags":["UP"],"addr_info":['
        '{"local":"10.64.1.1","prefixlen":28,"scope":"global"},'
        '{"local":"10.9.9.9","prefixlen":32,"scope":"global"},'
        '{"local":"fe80::1","prefixlen":64,"scope":"link"}]},'
        '{"ifname":"eth0","flags":["UP"],"addr_info":[]}]'
    )
    routes = '[{"dst":"2001:db8::1","dev":"ms-g101","protocol":"static"},{"dst":"10.0.0.0/8","dev":"eth0"}]'
    found = parse(addresses, routes)
    wanted = {link for link in found if link.value != "10.9.9.9/32"}
    assert written(found, wanted) == "address delete 10.9.9.9/32 dev ms-g101\n"
    assert written(found, found) == ""
    assert written(set(), found).splitlines() == [
        "address replace 10.64.1.1/28 dev ms-g101",
        "address replace 10.9.9.9/32 dev ms-g101",
        "link set dev ms-g101 up",
        "route replace 2001:db8::1/128 dev ms-g101 proto static",
    ]
