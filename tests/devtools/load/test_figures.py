"""What the load test says of its answers."""

from devtools.load.figures import Figures


def test_a_line_says_how_many_succeeded_and_how_long_they_took() -> None:
    figures = Figures()
    for number in range(100):
        figures.note("show", 200 if number else 503, number / 1000)
    (line,) = figures.lines()
    assert line.startswith("show        99.00% of 100")
    assert "50%    50.0 ms" in line
    assert "99%    99.0 ms" in line
    assert "99 x 200, 1 x 503" in line
    assert (figures.asked, figures.failed) == (100, 1)
