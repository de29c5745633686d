"""`clip` of some seconds of a recording of minutes: what comes where nobody said how to cut."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.clip import ClipCompleted
from schemas.clip_settings import Cut, Output
from schemas.incident import Precision
from schemas.instant import from_ns, rfc3339
from schemas.reason import Outcome
from schemas.settings import Footage, Settings
from streams.commands.clip import command
from tests.long_files import START, fragmented, plain

pytestmark = pytest.mark.media
LASTS = 100
FRAME = timedelta(seconds=1 / 25)


@pytest.fixture(scope="module", params=["fragmented", "plain"])
def footage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    made = fragmented(folder, LASTS)
    if request.param == "plain":
        plain(made, made.with_name("plain.mp4")).replace(made)
    return folder


def clip(footage: Path, output: Path, *more: str, cut: Cut | None = None) -> ClipCompleted:
    settings = Settings(
        footage=Footage(root=footage, timezone="UTC"),
        output=Output(root=output),
        cut=cut or Cut(),
    )
    at = rfc3339(from_ns(START) + timedelta(seconds=50))
    done = CliRunner().invoke(
        command(settings), ["--camera", "cam", "--at", at, "--json", *more], catch_exceptions=False
    )
    answer = ClipCompleted.model_validate_json(done.stdout)
    assert answer.outcome is Outcome.COMPLETE
    return answer


def test_a_long_file_gives_the_window_and_no_more(footage: Path, tmp_path: Path) -> None:
    answer = clip(footage, tmp_path)

    assert answer.precision is Precision.EXACT
    assert answer.incident.precision is None
    assert answer.duration_seconds == pytest.approx(20, abs=0.05)
    assert answer.actual_start is not None
    assert abs(answer.actual_start - answer.requested_start) <= FRAME


def test_who_asks_for_whole_segments_gets_them(footage: Path, tmp_path: Path) -> None:
    answer = clip(footage, tmp_path, "--precision", "segments")

    assert answer.precision is answer.incident.precision is Precision.SEGMENTS
    assert answer.duration_seconds > 90


def test_what_is_long_is_a_matter_of_settings(footage: Path, tmp_path: Path) -> None:
    answer = clip(footage, tmp_path, cut=Cut(exact_above=LASTS + 1))

    assert answer.precision is Precision.SEGMENTS
    assert answer.incident.precision is None
