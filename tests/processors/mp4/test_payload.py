"""The same frame says the same in every container."""

from hypothesis import given
from hypothesis import strategies as st

from processors.mp4.payload import digest, splitter

UNITS = st.lists(
    st.binary(min_size=1, max_size=40)
    .map(lambda unit: unit.replace(b"\0", b"\2"))
    .map(lambda unit: unit + b"\x80"),
    min_size=1,
    max_size=6,
)
AVCC = b"\1\x64\0\x1f\xff\xe1"


@given(UNITS, st.lists(st.sampled_from([b"\0\0\1", b"\0\0\0\1"]), min_size=6, max_size=6))
def test_start_codes_and_lengths_part_a_frame_alike(units: list[bytes], codes: list[bytes]) -> None:
    stream = b"".join(code + unit for code, unit in zip(codes, units, strict=False))
    sample = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)

    assert splitter("h264", b"")(stream) == units
    assert splitter("h264", AVCC)(sample) == units


def test_adts_headers_are_no_sound() -> None:
    header = bytes([0xFF, 0xF1, 0x4C, 0x40, 0x01, 0x7F, 0xFC])
    checked = bytes([0xFF, 0xF0, 0x4C, 0x40, 0x01, 0x7F, 0xFC, 0xAA, 0xBB])

    assert splitter("aac", b"")(header + b"sound") == [b"sound"]
    assert splitter("aac", b"")(checked + b"sound") == [b"sound"]
    assert splitter("aac", b"\x40\x11\x90")(b"sound") == [b"sound"]


def test_units_are_not_mixed_up() -> None:
    assert digest([b"ab", b"c"]) != digest([b"a", b"bc"])
    assert digest([b"ab", b"c"]) == digest([b"ab", b"c"])
