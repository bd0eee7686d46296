from __future__ import annotations

import contextlib
import json
import math
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz.formats.strict_json import DEEPEST, LARGEST_COUNT, LARGEST_TEXT, strict_json

REFUSED = {
    "NaN": ("[NaN]", "line 1 column 2: NaN"),
    "minus infinity": ('{"a":\n -Infinity}', "line 2 column 2: -Infinity"),
    "key twice": ('{"a": 1,\n "a": 2}', "line 2 column 2: the key 'a' stands twice"),
    "key twice, escaped": ('{"a": 1, "\\u0061": 2}', "column 10: the key 'a' stands twice"),
    "too deep": ("[" * 101 + "]" * 101, "line 1 column 101: nested deeper than the 100"),
    "too deep and cut off": ('{"a":' * 100_000, "line 1 column 501: nested deeper"),
    "19 digits": ("[1234567890123456789]", "column 2: an integer of 19 digits; at most 18"),
    "minus 25 digits": ("-" + "7" * 25, "column 1: an integer of 25 digits"),
    "float overflows": ("[0, -1e999]", "column 5: -1e999 overflows"),
    "endless number": ("0." + "1" * 500, "a number of 502 characters; at most 400"),
    "half surrogate escaped": ('["\\ud800"]', "line 1 column 2: half a surrogate"),
    "half surrogate in a key": ('{"\\udc00": 1}', "line 1 column 2: half a surrogate"),
    "half surrogate raw": ('["a\ud800"]', "line 1 column 4: half a surrogate"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "the text is in UTF-16; UTF-8 is allowed"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), "the text is in UTF-32; UTF-8 is allowed"),
    "UTF-16 without mark": ('{"a": 1}'.encode("utf-16-le"), "line 1 column 2: this is not JSON"),
    "Latin-1": ('{\n"é": 1}'.encode("latin-1"), "line 2 column 2: byte 0xe9 is not UTF-8"),
    "text behind": ("[1]\n[2]", "line 2 column 1: there is text after the value"),
    "nothing": (" \n", "there is no text in it; one JSON value is needed"),
    "cut off in a list": ('{"a": [1,', "line 1 column 10: the text ends too early"),
    "cut off in a text": ('{"a": "b', "line 1 column 7: the text ends too early (unterminated"),
    "single quotes": ("{'a': 1}", "line 1 column 2: this is not JSON"),
    "comma at the end": ("[1,]", "this is not JSON"),
    "raw line break in a text": ('"a\nb"', "this is not JSON (invalid control character)"),
    "bad escape": ('"\\q"', "this is not JSON (invalid \\escape)"),
    "other digits": ("[١]", "this is not JSON"),
    "hexadecimal": ("0x10", "line 1 column 2: there is text after the value"),
    "closed too often": ("]]][[[", "line 1 column 1: this is not JSON"),
    "too large": (" " * (LARGEST_TEXT + 1), "it holds 10,000,001 bytes; at most 10,000,000"),
    "too large in UTF-8": ('"' + "é" * (LARGEST_TEXT // 2) + '"', "it holds 10,000,002 bytes"),
    "too many values": ("[" + "0," * LARGEST_COUNT + "0]", "more than 500,000 values"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_place_and_reason(case: str) -> None:
    text, sentence = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
        strict_json(text, "layer.json")
    assert str(raised.value).startswith("layer.json")
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, -0.5, 1e3, null, true, ""]}', {"a": [1, -0.5, 1000.0, None, True, ""]}),
        ('["\\ud83d\\ude00", "[{", "\\"]"]', ["\U0001f600", "[{", '"]']),
        ("123456789012345678", 123456789012345678),
        (b"\xef\xbb\xbf[1]", [1]),
        ("\ufeff[1]", [1]),
        ('[{"a": 1}, {"a": 1}, {"b": {"a": 1}, "a": "a"}]',) * 2,
    ],
)
def test_accepted(text: str | bytes, value: object) -> None:
    expected = json.loads(value) if isinstance(value, str) else value
    assert strict_json(text, "layer.json") == expected


def test_deepest_allowed() -> None:
    value = strict_json("[" * DEEPEST + "]" * DEEPEST, "layer.json")
    for _ in range(DEEPEST):
        assert isinstance(value, list)
        value = value[0] if value else None
    assert value is None


NUMBERS = st.integers(-(10**18) + 1, 10**18 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_reads_what_pythons_json_writes(value: object, ascii_only: bool) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only)
    assert strict_json(written, "t") == value
    assert strict_json(written.encode(), "t") == value


@given(st.text('[]{}",:\\u01d8e+-. NaInfity\n', max_size=60) | st.binary(max_size=30))
def test_any_text_is_read_as_json_reads_it_or_refused(text: str | bytes) -> None:
    try:
        value = strict_json(text, "t")
    except ValueError as error:
        assert str(error).startswith("t")  # noqa: PT017
    else:
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")
        assert value == json.loads(plain)
        assert all(map(math.isfinite, _floats(value)))


def _floats(value: object) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for item in value for number in _floats(item)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(
    "text",
    [
        '"' + "\\n" * (LARGEST_TEXT // 2 - 1) + '"',
        '"' + "\\n" * (LARGEST_TEXT // 2 - 1),
        "[" + "[]," * (LARGEST_COUNT - 10) + "0]",
        '["' + "a" * (LARGEST_TEXT - 20) + '\U0001f600"]',
    ],
    ids=["escapes", "open escapes", "lists", "wide characters"],
)
def test_memory_stays_bounded(text: str) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(ValueError):
            strict_json(text, "t")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000
