"""Role files are read strictly: data and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .psd1 import Data, NotData, parse
from .role import Rule, read_capability, read_role
from .shipped import JEA

GOOD = """
# a comment
@{
    Text = 'it''s'; Other = "plain"
    List = 'a', 'b',
        @{ Name = 'c'; Deep = @( 1, -2
            3 ) }
    On = $true; Off = $FALSE; None = $null
    Empty = @()
}
"""


def test_it_is_read() -> None:
    assert parse(GOOD) == {
        "Text": "it's",
        "Other": "plain",
        "List": ["a", "b", {"Name": "c", "Deep": [1, -2, 3]}],
        "On": True,
        "Off": False,
        "None": None,
        "Empty": [],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@{",
        "@{ a = }",
        "@{ a 1 }",
        "@{ a = 1 } extra",
        "@{ a = 1; a = 2 }",
        "@{ a = $env:PATH }",
        '@{ a = "$(whoami)" }',
        "@{ a = { Get-VM } }",
        "@{ a = Get-VM }",
        "@{ a = 1 + 2 }",
        "'text'",
        "@(1)",
        "@{ a = 'open }",
    ],
)
def test_what_is_more_than_data_is_refused(text: str) -> None:
    with pytest.raises(NotData):
        parse(text)


def _written(data: Data) -> str:
    match data:
        case bool():
            return "$true" if data else "$false"
        case None:
            return "$null"
        case int():
            return str(data)
        case str():
            return "'" + data.replace("'", "''") + "'"
        case list():
            return "@(" + ", ".join(map(_written, data)) + ")"
        case dict():
            return "@{" + "; ".join(f"{key} = {_written(value)}" for key, value in data.items()) + "}"


SINGLES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20))
TABLES = st.dictionaries(
    st.from_regex(r"[A-Za-z]\w{0,8}", fullmatch=True).filter(str.isascii), SINGLES | st.lists(SINGLES)
)


@given(TABLES)
def test_what_is_written_is_read_again(table: dict[str, Data]) -> None:
    assert parse(_written(table)) == table


@given(st.text(alphabet="@{}()='\",;$#abc1 \n", max_size=60))
def test_whatever_comes_is_data_or_that_error(text: str) -> None:
    try:
        parse(text)
    except NotData as error:
        assert str(error)  # noqa: PT017  # both ends are right


@pytest.mark.parametrize(
    ("changed", "into"),
    [
        ("'NoLanguage'", "'FullLanguage'"),
        ("'RestrictedRemoteServer'", "'Default'"),
        ("'MailsteadHost'", "'MailsteadHost', 'MailsteadGuest'"),
    ],
)
def test_a_session_that_gives_more_is_no_role(tmp_path: Path, changed: str, into: str) -> None:
    text = (JEA / "Mailstead.Host.pssc").read_text()
    assert changed in text
    (tmp_path / "x.pssc").write_text(text.replace(changed, into))
    (tmp_path / "MailsteadHost.psrc").write_text((JEA / "MailsteadHost.psrc").read_text())
    with pytest.raises(NotData):
        read_role(tmp_path / "x.pssc")


@pytest.mark.parametrize(
    "cmdlet",
    ["'Hyper-V\\Get-VM'", "@{ Name = 'Get-VM' }", "@{ Name = 'Hyper-V\\Get-*' }", "@{ Name = 'a\\b'; Alias = 'c' }"],
)
def test_a_cmdlet_with_all_its_parameters_or_wildcards_is_no_rule(tmp_path: Path, cmdlet: str) -> None:
    file = tmp_path / "x.psrc"
    file.write_text(f"@{{ VisibleCmdlets = @({cmdlet}) }}")
    if "Alias" in cmdlet:
        file.write_text(f"@{{ VisibleCmdlets = @({cmdlet}); VisibleFunctions = 'x' }}")
    with pytest.raises(NotData):
        read_capability(file, "x")


def test_patterns_hold_from_end_to_end() -> None:
    rule = Rule(patterns=("[a-z]+", "[0-9]+"))
    assert not rule.refusal("abc")
    assert not rule.refusal(("1", "ABC"))
    assert rule.refusal("abc1")
    assert rule.refusal(("ok", "a b"))
    assert Rule(values=("On",)).refusal("Off")
    assert not Rule(values=("On",)).refusal("on")
