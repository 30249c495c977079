"""Files of ConvertTo-Json in every shape and encoding, and files that are none."""

from __future__ import annotations

import codecs
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.calling.policy import export_file
from harness.calling.policy.export_file import Item, NotAnExport, items


def read(content: bytes | str) -> list[Item]:
    return list(items(io.BytesIO(content.encode() if isinstance(content, str) else content), "users.json"))


@pytest.mark.parametrize("content", ["", " \r\n", "[]", "[ ]\n", "null", '{"value": [], "Count": 0}'])
def test_nothing(content: str) -> None:
    assert read(content) == []


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"a": 2}]',
        '\n[\n{"a":1}\n,\n{"a":2}\n]\n',
        '{"value":  [{"a": 1}, {"a": 2}],\r\n "Count":  2\r\n}\r\n',
    ],
)
def test_several(content: str) -> None:
    assert [item.fields for item in read(content)] == [{"a": 1}, {"a": 2}]


def test_one_alone_also_when_it_has_a_value_of_its_own() -> None:
    assert read('{"a": [1]}')[0].fields == {"a": [1]}
    assert read('{"value": 1, "Count": 2}')[0].fields == {"value": 1, "Count": 2}


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_every_encoding_that_powershell_writes(mark: bytes, encoding: str) -> None:
    assert read(mark + '[{"ä": "€𝄞"}]'.encode(encoding))[0].fields == {"ä": "€𝄞"}


def test_each_object_has_its_line() -> None:
    assert [item.line for item in read('[\n  {"a":\n 1},\n\n  {"a": 2}, {}\n]')] == [2, 5, 5]


@given(
    st.lists(
        st.dictionaries(st.text(max_size=4), st.text(max_size=40) | st.integers() | st.lists(st.none())), max_size=9
    ),
    st.sampled_from((None, 1)),
    st.integers(1, 40),
)
def test_where_the_file_is_cut_into_pieces_makes_no_difference(
    values: list[dict[str, object]], indent: int | None, chunk: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_file, "CHUNK", chunk)
        found = read(json.dumps(values, indent=indent, ensure_ascii=False))
    assert [item.fields for item in found] == values


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "1:2: this is no object"),
        ("[{}", "1:4: the file ends within the array"),
        ("[{},]", "1:5: this is no object"),
        ("[{} {}]", "1:5: a comma or ] is missing"),
        ("[{}]\n[{}]", "2:1: there is more after the end"),
        ('{"a": 1}\n{"a": 2}', "2:1: there is more"),
        ("[1]", "1:2: this is no object"),
        ('"text"', "1:1: this is no object"),
        ('[\n{"a": }]', "2:7: this is not JSON"),
        ('[{"a": "b]', "1:8: this is not JSON: Unterminated"),
        ('[{"a": NaN}]', "NaN is not JSON"),
        ('[{"a": 1, "a": 2}]', "'a' is given twice"),
        (f'[{{"a": {"9" * 5000}}}]', "digits"),
        (f'[{{"a": {"[" * 100_000}', "nested too deeply"),
        ('{"value": [], "Other": 0}', 'something else than its "Count"'),
        (b'[{"a": "\xff"}]', "not utf-8"),
        (codecs.BOM_UTF16_LE + b"[\x00{", "not utf-16-le"),
        ("Identity : Global", "1:1: this is no object"),
    ],
)
def test_what_is_no_export_is_refused_with_its_place(content: bytes | str, words: str) -> None:
    with pytest.raises(NotAnExport, match=r"^users\.json") as refused:
        read(content)
    assert words in str(refused.value)


def test_there_is_an_end_to_an_object_and_to_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_file, "CHUNK", 64)
    monkeypatch.setattr(export_file, "MOST_ITEM", 256)
    with pytest.raises(NotAnExport, match="more than 256 characters"):
        read('[{"a": "' + "x" * 4096)
    monkeypatch.setattr(export_file, "MOST_ITEMS", 3)
    assert len(read("[{},{},{}]")) == 3
    with pytest.raises(NotAnExport, match="at most 3 objects"):
        read("[{},{},{},{}]")


@given(st.binary(max_size=60) | st.text('[]{}":,0 \n', max_size=30).map(str.encode))
def test_whatever_is_in_the_file_it_is_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except NotAnExport as refused:
        assert str(refused).startswith("users.json")
