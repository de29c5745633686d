import pytest

from devtools.demo.screen import Screen


def test_without_a_terminal_there_are_plain_lines_and_no_controls(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen()
    screen.title("Title")
    screen.step("broker", "is up", 1.25)
    screen.progress("waiting", 0.1)
    screen.data({"id": 1, "video": {"path": "a"}, "gaps": [{"n": 1}], "none": None})
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "",
        "Title",
        "  ✓ broker    is up  (1.2 s)",
        "      id: 1",
        "      video:",
        '        path: "a"',
        "      gaps:",
        '        - {"n": 1}',
        "      none: null",
    ]
