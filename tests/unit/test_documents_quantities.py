"""Quantities as people write them, and as documents hold them."""

import math
import re
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from devicemodels.documents.json_document import dump_document, load_document
from devicemodels.documents.quantities import (
    Bytes,
    BytesPerSecond,
    Farads,
    Hertz,
    Joules,
    JoulesPerByte,
    Quantity,
    Seconds,
    Share,
    Volts,
    Watts,
)
from devicemodels.documents.units import DIMENSIONS, parse_unit


def mark(annotation: Any) -> Quantity:
    found = get_args(annotation)[1]
    assert isinstance(found, Quantity)
    return found


@pytest.mark.parametrize(
    ("annotation", "text", "si"),
    [
        (Hertz, "96 MHz", 96e6),
        (Hertz, "96MHz", 96e6),
        (Hertz, "30.7 MHz", 30.7e6),
        (Seconds, "37 us", 37e-6),
        (Seconds, "37 µs", 37e-6),
        (Seconds, "37 μs", 37e-6),
        (Seconds, "500 ms", 0.5),
        (Seconds, "1 d", 86400.0),
        (Seconds, "1 day", 86400.0),
        (Seconds, "2 min", 120.0),
        (Seconds, "0 s", 0.0),
        (Watts, "30 uW", 30e-6),
        (Farads, "232 pF", 232e-12),
        (Volts, "900 mV", 0.9),
        (Joules, "40 mWh", 144.0),
        (Joules, "5 Ws", 5.0),
        (Bytes, "128 KiB", 131072),
        (Bytes, "128 kB", 128000),
        (Bytes, "1.5 kB", 1500),
        (Bytes, "8 bit", 1),
        (BytesPerSecond, "1.5 MB/s", 1.5e6),
        (BytesPerSecond, "8 Mbit/s", 1e6),
        (BytesPerSecond, "64 KiB / s", 65536.0),
        (JoulesPerByte, "12 pJ/B", 12e-12),
        (JoulesPerByte, "12 pJ", 12e-12),
        (Share, "95 %", 0.95),
        (Share, "95%", 0.95),
        (Share, 0.95, 0.95),
        (Share, 1, 1.0),
    ],
)
def test_a_quantity_is_the_nearest_si_number(annotation: Any, text: object, si: float) -> None:
    value = mark(annotation).from_text(text)
    assert value == si
    assert type(value) is type(si)


@pytest.mark.parametrize(
    ("annotation", "text", "words"),
    [
        (Hertz, 96, "'96' has no unit: write it like '96 MHz'"),
        (Hertz, "96", "'96' has no unit: write it like '96 MHz'"),
        (Seconds, "37 mW", "'37 mW' is a power, a time is needed, like '37 us'"),
        (Joules, "200 mAh", "'200 mAh' is an electric charge, an energy is needed"),
        (Bytes, "5 MB/s", "is a data rate, a number of bytes is needed, like '128 KiB'"),
        (BytesPerSecond, "5 Hz", "is a frequency, a data rate is needed"),
        (Bytes, "1.5 B", "is not a whole number of bytes"),
        (Bytes, "128 KB", "write 'kB' for 1000 bytes or 'KiB' for 1024"),
        (Bytes, "128 kb", "bits are 'kbit'"),
        (Hertz, "96 mHz", "megahertz are 'MHz'"),
        (Hertz, "0 Hz", "more than 0 Hz is needed"),
        (Watts, "-3 mW", "at least 0 W is needed"),
        (Watts, "1e999 W", "not a finite number"),
        (Watts, "inf W", "is not a power"),
        (Watts, "9**9 W", "there is no unit"),
        (Watts, "(3+4) W", "is not a power"),
        (Watts, "3 nan", "there is no unit"),
        (Watts, True, "true is not a power"),
        (Watts, None, "nothing is not a power"),
        (Watts, ["1 W"], "a list is not a power"),
        (Share, 95, "did you mean '95 %'?"),
        (Share, "101 %", "is not a share from 0 to 1"),
        (Share, "high", "'high' is not a share"),
        (Share, float("nan"), "is not a share from 0 to 1"),
    ],
)
def test_what_is_no_quantity_is_refused_with_words(
    annotation: Any, text: object, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        mark(annotation).from_text(text)


def test_every_dimension_has_one_unit_and_a_name() -> None:
    for unit in DIMENSIONS:
        assert parse_unit(unit) in {(1.0, unit), (3600.0, unit)}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789.eE+-  /*()^_sVWJBHzMkmuµKiGbitdhaypern%", max_size=24))
def test_no_text_breaks_the_parser(text: str) -> None:
    for annotation in (Seconds, Bytes, JoulesPerByte, Share):
        try:
            value = mark(annotation).from_text(text)
        except ValueError as refusal:
            assert str(refusal)
        else:
            assert math.isfinite(value)
            assert value >= 0


@dataclass(frozen=True, slots=True)
class Pair:
    latency_s: Seconds
    size_bytes: Bytes
    share: Share


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.floats(min_value=0, allow_infinity=False),
    st.integers(min_value=0, max_value=2**70),
    st.floats(min_value=0, max_value=1),
)
def test_documents_keep_every_digit(latency: float, size: int, share: float) -> None:
    pair = Pair(latency, size, share)
    assert load_document(Pair, dump_document(pair), "pair.json") == pair


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"latency_s": "3 s", "size_bytes": 1, "share": 0}', "'3 s' is not a number"),
        ('{"latency_s": 3, "size_bytes": 1.5, "share": 0}', "'1.5' is not a whole number"),
        ('{"latency_s": 3, "size_bytes": true, "share": 0}', "true is not a whole number"),
        ('{"latency_s": -3, "size_bytes": 1, "share": 0}', "at least 0 s is needed"),
        ('{"latency_s": 1e999, "size_bytes": 1, "share": 0}', "not a finite number"),
        ('{"latency_s": 3, "size_bytes": 1, "share": 2}', "is not a share"),
        ('{"latency": 3, "size_bytes": 1, "share": 0}', "did you mean 'latency_s'?"),
    ],
)
def test_documents_hold_si_numbers_only(text: str, words: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_document(Pair, text, "pair.json")
    assert words in str(refusal.value)


def test_an_integer_of_thousands_of_digits_is_refused() -> None:
    text = f'{{"latency_s": {"9" * 400}, "size_bytes": 1, "share": 0}}'
    with pytest.raises(InputError, match="latency_s"):
        load_document(Pair, text, "pair.json")
