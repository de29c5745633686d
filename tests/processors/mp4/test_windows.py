"""A file in pieces is seen as it is seen whole."""

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from processors.mp4.windows import Window, inside, steps
from tests.movies import video

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=40)


@given(sizes=SIZES, most=st.integers(1, 120), tail=st.integers(0, 30))
def test_pieces_hold_whole_samples_and_are_no_longer_than_they_must(
    sizes: list[int], most: int, tail: int
) -> None:
    places = list(accumulate(sizes, initial=1000))
    end = places[-1] + tail

    found = list(steps(1000, end, places[:-1], most))

    edges = [1000, *(stop for _, stop in found)]
    assert found == list(pairwise(edges))
    assert edges[-1] == end
    for start, stop in found:
        assert stop == end or stop in places
        longer = stop - start > most
        assert not longer or not any(start < place < stop for place in places[:-1])


def test_a_piece_between_places_is_cut_nowhere() -> None:
    assert list(steps(10, 500, [], 100)) == [(10, 500)]
    assert list(steps(10, 500, [5, 600], 100)) == [(10, 500)]
    assert list(steps(10, 10, [10], 100)) == []


def test_samples_count_from_the_start_of_their_piece() -> None:
    track = video(10)

    first, held = inside(track, Window(2000, bytes(3000)))

    assert first == 2
    assert list(held.samples.offset) == [0, 1000, 2000]
    assert list(held.samples.size) == [102, 103, 104]
