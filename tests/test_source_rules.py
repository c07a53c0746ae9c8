"""What no line of the sources may do, whoever writes it: each rule closes a class of flaws at its root.

A rule with a list names all places that are excepted: a new one is looked at before it is written down here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailstead

SRC = Path(mailstead.__file__).parent
ROOT = Path(__file__).parents[1]
TREES = {path.relative_to(SRC).as_posix(): ast.parse(path.read_text("utf-8")) for path in sorted(SRC.rglob("*.py"))}
CALLS = [(file, node) for file, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
RUNS = {"subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty.spawn"}
OUTWARD = {"requests", "httpx", "aiohttp", "urllib.request", "urllib3", "http.client", "smtplib", "socket", "ftplib"}
OUTWARD |= {"obstore", "boto3"}
LISTENS = ("backup/nbd_server.py", "cli/serve/")
# Who opens connections, and where to. None of these addresses comes from a request: each is of the platform's own file.
REACHES_OUT = {
    "backup/drivers/s3.py": "the store that mailstead.toml names",
    "certificates/drivers/acme/session.py": "the directory that mailstead.toml names; without redirects to elsewhere",
    "guests/drivers/qemu_agent/by_socket.py": "a socket of this machine",
    "guests/drivers/qemu_agent/by_ssh.py": "a host of mailstead.toml",
    "hypervisors/drivers/libvirt/daemons.py": "sockets of this machine",
    "monitoring/drivers/dialer.py": "addresses of a tenant's own machine, for `mailstead check`",
    "monitoring/drivers/handshake.py": "as the dialer",
    "monitoring/drivers/pages.py": "as the dialer; redirects are not followed",
    "monitoring/drivers/stranger.py": "as the dialer",
    "monitoring/drivers/talk.py": "as the dialer",
    "people/drivers/oidc/fetching.py": "a provider that mailstead.toml names; private addresses only where it says so",
    "remoting/connection.py": "a host of mailstead.toml",
}
SAFE_IN_TEMPLATES = {"web/layout/parts.html": 1}  # attributes that a page of ours gives by `call`, escaped there


def _name(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _calls(*names: str) -> list[str]:
    return [f"{file}:{call.lineno}" for file, call in CALLS if _name(call.func) in names]


def _imports() -> Iterator[tuple[str, str]]:
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from [(file, node.module), *((file, f"{node.module}.{alias.name}") for alias in node.names)]


def test_no_shell_is_ever_asked() -> None:
    """CVE-2024-51567, CVE-2026-27602, CVE-2024-45519: names in a command line. ASVS 1.2.5."""
    shells = [
        f"{file}:{call.lineno}"
        for file, call in CALLS
        for word in call.keywords
        if word.arg == "shell" and ast.unparse(word.value) != "False"
    ]
    assert not shells + _calls(*SHELLS)


def test_programs_get_a_list_of_words_and_never_a_line() -> None:
    for file, call in CALLS:
        if _name(call.func) in RUNS:
            assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.BinOp), f"{file}:{call.lineno}"


def test_nothing_runs_text_as_code() -> None:
    """CVE-2023-46818: code kept in a text that users edit. ASVS 1.3.2, 1.3.7."""
    assert not _calls("eval", "exec", "compile", "__import__", "code.interact")
    assert not [f"{file}:{call.lineno}" for file, call in CALLS if _name(call.func).endswith(".from_string")]


def test_nothing_makes_objects_of_what_came_from_outside() -> None:
    """CVE-2025-49113. ASVS 1.5.2."""
    bad = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"}
    assert not [(file, name) for file, name in _imports() if name.partition(".")[0] in bad]


def test_xml_that_comes_from_outside_is_read_without_entities() -> None:
    """ASVS 1.5.1: the standard library's expat fetches nothing; who parses with anything else says so here."""
    parsers = ("lxml", "xml.sax.", "xml.dom", "xmltodict")
    found = {(file, name) for file, name in _imports() if name.startswith(parsers)}
    assert {name for _, name in found} <= {"xml.sax.saxutils", "xml.sax.saxutils.escape"}  # it writes


def test_no_statement_is_put_together_of_text() -> None:
    """CVE-2026-40871. ASVS 1.2.4: every value is a bound parameter."""
    built = [
        file
        for file, call in CALLS
        if _name(call.func) in {"text", "sqlalchemy.text"}
        and "sqlalchemy" in (SRC / file).read_text("utf-8")
        and not isinstance(call.args[0], ast.Constant)
    ]
    # Names of schemas cannot be bound: those that a restore sets aside come from the catalogue, and are quoted.
    assert set(built) == {"state/rebuilding.py"}


def test_nobody_reaches_out_but_those_whose_addresses_the_operator_gave() -> None:
    """CVE-2022-35508: a server that fetches what a request names. ASVS 1.3.6, 13.2.4."""
    found = {file for file, name in _imports() if name in OUTWARD or name.rpartition(".")[0] in OUTWARD}
    assert {file for file in found if not file.startswith(LISTENS)} == REACHES_OUT.keys()


def test_certificates_are_always_looked_at() -> None:
    """ASVS 12.3.2. `mailstead check` looks at any certificate on purpose, and judges it afterwards."""
    lax = re.compile(r"verify\s*=\s*False|CERT_NONE|VERIFY_NONE|check_hostname\s*=\s*False|_create_unverified")
    found = {file for file in TREES if lax.search((SRC / file).read_text("utf-8"))}
    assert not {file for file in found if not file.startswith("monitoring/drivers/")}


def test_chance_that_guards_something_comes_of_secrets() -> None:
    """ASVS 11.5.1. What `random` may be for: turns of a simulation, never a key."""
    allowed = {"orders/drivers/memory/engine.py", "orders/drivers/memory/turns.py"}
    found = {file for file, name in _imports() if name == "random" or name.startswith("random.")}
    assert found <= allowed


def test_old_hashes_guard_nothing() -> None:
    """ASVS 11.4.1: SHA-1 only where Windows names a certificate by it."""
    old = re.compile(r"\b(md5|sha1|SHA1|MD5)\(")
    found = {file for file in TREES if old.search((SRC / file).read_text("utf-8"))}
    assert found <= {"certificates/pfx.py"}


def test_templates_escape_and_nothing_in_them_says_otherwise() -> None:
    """CVE-2024-31204, CVE-2026-40872 to 40875, CVE-2026-7460. ASVS 1.2.1."""
    safe = {
        path.relative_to(SRC).as_posix(): len(re.findall(r"\|\s*safe\b|autoescape", path.read_text("utf-8")))
        for path in SRC.rglob("*.html")
    }
    assert {file: count for file, count in safe.items() if count} == SAFE_IN_TEMPLATES
    marked = [call.args[0] for _, call in CALLS if _name(call.func) in {"Markup", "markupsafe.Markup"}]
    assert marked
    assert all(isinstance(text, ast.Constant) for text in marked)


def test_scripts_put_no_text_into_a_page_as_markup() -> None:
    """ASVS 3.2.2. What htmx swaps in, also when asked by name, is a part of a page that our server has escaped."""
    own = [path for path in (SRC / "web").rglob("*.js") if not path.name.endswith(".min.js")]
    sinks = re.compile(r"(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function")
    assert own
    assert not [path.name for path in own if sinks.search(path.read_text("utf-8"))]
    kept = [path.name for path in own if re.search(r"localStorage|sessionStorage|indexedDB", path.read_text("utf-8"))]
    assert not kept  # ASVS 14.3.3


def test_every_dependency_is_pinned_by_version_and_hash() -> None:
    """CVE-2019-15107: a back door put in on the way. ASVS 15.2.4."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[.*\])?==\S+(?: ;[^\n]*)? \\$((?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", lock, re.M
    )
    assert len(pinned) > 50
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", lock, re.MULTILINE))
    assert "--require-hashes" in (ROOT / "bin" / "setup").read_text("utf-8")


@pytest.mark.parametrize("word", ["debug=True", "reload=True", "breakpoint(", "pdb.set_trace"])
def test_nothing_is_left_from_debugging(word: str) -> None:
    """ASVS 13.4.2, 15.2.3."""
    assert not [file for file in TREES if word in (SRC / file).read_text("utf-8")]
