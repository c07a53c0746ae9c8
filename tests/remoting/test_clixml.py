"""The codec: what goes out comes back, psrpcore reads what we write and we what it writes, garbage hurts nobody."""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import fromstring, tostring

import psrpcore
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psrpcore._crypto import PSRemotingCrypto
from psrpcore.types import deserialize, serialize

from mailstead.remoting.calls import batch
from mailstead.remoting.clixml import create_pipeline, read_value, write_value
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.errors import AnswerUnreadable
from mailstead.remoting.values import Credential, PsObject, Value
from mailstead.security.model import Secret

TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates too
SPANS = st.timedeltas(min_value=timedelta(days=-10_000), max_value=timedelta(days=10_000))
MOMENTS = st.datetimes(timezones=st.just(UTC))
SCALARS: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    TEXTS.filter(lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") == text),
    st.binary(max_size=40),
    st.uuids(),
    SPANS,
    MOMENTS,
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS.filter(str.isprintable), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
@example("a_x000A_b _X00e9_ _x \r\n\x00<&>\"'\ufffe")
@example(-0.5)
@example(math.inf)
@example((None, (), {"": {}}))
@settings(deadline=None)
def test_what_is_written_is_read_again(value: Value) -> None:
    assert read_value(write_value(value)) == value


@given(TEXTS)
def test_any_text_survives_as_utf_16_code_units(text: str) -> None:
    back = read_value(write_value(text))
    assert isinstance(back, str)
    assert back.encode("utf-16-le", "surrogatepass") == text.encode("utf-16-le", "surrogatepass")


@given(
    st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=40), st.booleans(), st.integers(-(2**31), 2**31 - 1), st.uuids()
    )
)
@settings(deadline=None)
def test_psrpcore_reads_what_we_write_and_we_what_it_writes(value: Any) -> None:
    assert _by_psrpcore(write_value(value)) == value
    assert read_value(tostring(serialize(value, PSRemotingCrypto()), encoding="unicode")) == value


def test_a_pipeline_of_ours_is_one_for_psrpcore() -> None:
    vm = hyperv.GetVM(Id=UUID(int=7))
    work = batch(vm | hyperv.SetVMMemory(StartupBytes=8 << 30), vm | hyperv.StopVM(TurnOff=True), hyperv.GetVMs())
    read = psrpcore.PowerShell.FromPSObjectForRemoting(_by_psrpcore(create_pipeline(work).decode()))
    sent = [(c.command_text, dict(c.parameters), c.end_of_statement, c.is_script) for c in read.commands]
    stop = {"ErrorAction": "Stop"}
    quiet = stop | {"Confirm": False}
    assert sent == [
        ("Get-VM", {"Id": UUID(int=7), **stop}, False, False),
        ("Set-VMMemory", {"StartupBytes": 8 << 30, **quiet}, True, False),
        ("Get-VM", {"Id": UUID(int=7), **stop}, False, False),
        ("Stop-VM", {"TurnOff": True, **quiet}, True, False),
        ("Get-VM", stop, True, False),
    ]


def _by_psrpcore(xml: str) -> Any:
    return deserialize(fromstring(xml), PSRemotingCrypto())  # noqa: S314  # written by us


def test_numbers_wider_than_32_bits_say_so() -> None:
    widths = {1: "I32", -(2**31): "I32", 2**31: "I64", -(2**63): "I64", 2**63: "U64"}
    assert {number: write_value(number)[1:4] for number in widths} == widths
    for number in (2**64, -(2**63) - 1):
        with pytest.raises(ValueError):
            write_value(number)


def test_an_enum_is_its_name_however_it_comes() -> None:
    whole = (
        '<Obj RefId="0"><TN RefId="0"><T>X.VMState</T><T>System.Enum</T></TN><ToString>Off</ToString><I32>3</I32></Obj>'
    )
    assert read_value(whole) == read_value("<S>Off</S>") == "Off"


def test_objects_share_types_and_refer_to_each_other() -> None:
    xml = (
        '<Obj RefId="0"><TN RefId="0"><T>Deserialized.A.B</T><T>Deserialized.System.Object</T></TN>'
        "<ToString>b_x0021_</ToString>"
        '<Props><Obj N="Other" RefId="1"><TNRef RefId="0" /><Props><I64 N="Size">4294967296</I64></Props></Obj>'
        '<Ref N="Same" RefId="1" /><TS N="Uptime">P1DT2H0M3.5S</TS>'
        '<DT N="Made">2026-01-02T03:04:05.1234567+02:00</DT></Props></Obj>'
    )
    found = read_value(xml)
    assert isinstance(found, PsObject)
    assert (found.text, found.kind, found.is_a("B"), found.is_a("C")) == ("b!", "B", True, False)
    other = found["other"]
    assert isinstance(other, PsObject)
    assert other.is_a("B")
    assert other.number("size") == 1 << 32
    assert found["Same"] == other
    assert found.span("Uptime") == timedelta(days=1, hours=2, seconds=3.5)
    assert found.moment("Made") == datetime(2026, 1, 2, 1, 4, 5, 123456, tzinfo=UTC)


BILLION = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><S>&b;</S>'


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<S>",
        "<I32>x</I32>",
        "<I32></I32>",
        f"<I32>{'9' * 5000}</I32>",
        "<G>1</G>",
        "<C>1114112</C>",
        "<TS>yesterday</TS>",
        "<TS>P9999999999D</TS>",
        "<DT>2026-13-01T00:00:00Z</DT>",
        "<BA>?</BA>",
        '<Ref RefId="9" />',
        '<Obj RefId="0"><TNRef RefId="9" /></Obj>',
        '<Obj RefId="0"><Props><S>no name</S></Props></Obj>',
        '<Obj RefId="0"><DCT><En><S N="Key">x</S></En></DCT></Obj>',
        "<Evil />",
        "<SS>AAAA</SS>",
        BILLION,
        "<Obj><LST>" * 2000 + "</LST></Obj>" * 2000,
        "\x00",
        "\ud800",
    ],
)
def test_what_is_no_clixml_is_one_clear_error(xml: str) -> None:
    began = time.perf_counter()
    with pytest.raises(AnswerUnreadable):
        read_value(xml)
    assert time.perf_counter() - began < 1


def test_forty_levels_are_enough() -> None:
    def nested(levels: int) -> str:
        return "<Obj><LST>" * levels + "</LST></Obj>" * levels

    assert read_value(nested(40))
    with pytest.raises(AnswerUnreadable):
        read_value(nested(41))


TAGS = st.sampled_from(
    ["Obj", "S", "I32", "TS", "DT", "G", "BA", "Ref", "TN", "TNRef", "Props", "MS", "LST", "DCT", "En", "C", "SS"]
)


@st.composite
def _trees(draw: st.DrawFn, depth: int = 3) -> str:
    tag = draw(TAGS)
    attributes = draw(st.sampled_from(["", ' RefId="0"', ' N="x"', ' RefId="1" N="y"']))
    inner = draw(st.lists(_trees(depth - 1), max_size=3)) if depth else []
    text = draw(st.sampled_from(["", "1", "PT1S", "AAAA", "2026-01-01T00:00:00Z", "_xD800_", "true"]))
    return f"<{tag}{attributes}>{text}{''.join(inner)}</{tag}>"


@given(st.one_of(_trees(), st.text(max_size=200), st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))))
@settings(max_examples=400, deadline=2000)
def test_whatever_comes_is_a_value_or_that_error(xml: str) -> None:
    try:
        read_value(xml)
    except AnswerUnreadable as error:
        assert error.remedy  # noqa: PT017  # both ends are right


def test_a_secret_goes_out_only_encrypted_and_an_object_not_at_all() -> None:
    word = Credential("EXAMPLE\\adm", Secret.of("canary"))
    assert "canary" not in write_value(word, lambda text: text[::-1])
    assert "yranac" in write_value(word, lambda text: text[::-1])
    with pytest.raises(ValueError):
        write_value(Secret.of("canary"))
    with pytest.raises(ValueError):
        write_value(PsObject(("A",), "a", {}))
