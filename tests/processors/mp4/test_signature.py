"""Which decoder configurations are the same."""

from hypothesis import given
from hypothesis import strategies as st

from processors.mp4.signature import unpadded

SETS = st.lists(
    st.binary(min_size=1, max_size=30).map(lambda unit: unit + b"\x80"), min_size=1, max_size=3
)
PADDING = st.lists(st.integers(0, 2), min_size=6, max_size=6)


def avcc(sequence: list[bytes], picture: list[bytes]) -> bytes:
    head = b"\1\x64\0\x1f\xff" + bytes([0xE0 | len(sequence)])
    return head + _sets(sequence) + bytes([len(picture)]) + _sets(picture) + b"\xfd\xf8"


def hvcc(sets: list[bytes]) -> bytes:
    arrays = b"".join(b"\xa1\0\1" + _sets([unit]) for unit in sets)
    return bytes(22) + bytes([len(sets)]) + arrays


def _sets(units: list[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def _padded(units: list[bytes], zeros: list[int]) -> list[bytes]:
    return [unit + bytes(count) for unit, count in zip(units, zeros, strict=False)]


@given(SETS, SETS, PADDING)
def test_zeros_behind_a_parameter_set_make_no_difference(
    sequence: list[bytes], picture: list[bytes], zeros: list[int]
) -> None:
    plain, padded = avcc(sequence, picture), avcc(_padded(sequence, zeros), _padded(picture, zeros))
    assert unpadded("avc1", padded) == unpadded("avc1", plain) == plain
    assert unpadded("hvc1", hvcc(_padded(sequence, zeros))) == hvcc(sequence)


@given(SETS, SETS, st.integers(0, 60))
def test_a_damaged_one_is_taken_as_it_is(
    sequence: list[bytes], picture: list[bytes], kept: int
) -> None:
    damaged = avcc(sequence, picture)[:-3][:kept]
    assert unpadded("avc1", damaged) == damaged


@given(st.binary(max_size=80), st.sampled_from(["avc1", "hvc1", "mp4a"]))
def test_garbage_is_no_error(config: bytes, form: str) -> None:
    assert len(unpadded(form, config)) <= len(config)
