"""02:30 in Berlin on the day on which clocks are put back: no clip may show the other hour."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from processors.look import Ready, Unclear
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip_settings import Output
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.settings import Footage, Settings
from streams.services import Services
from tests.dirty import ENCODING

SUMMER = 1_792_888_200 * NANOS
"""02:30 for the first time."""
WINTER = SUMMER + 3600 * NANOS
PATTERN = "%path/%Y-%m-%d_%H-%M-%S-%f"

Filmed = Callable[..., Services]


@pytest.fixture
def filmed(tmp_path: Path) -> Iterator[Filmed]:
    """Footage around some instants, with local names, and the product on it."""
    made: list[Services] = []

    def film(*instants: int) -> Services:
        zone = ZoneInfo("Europe/Berlin")
        place = Place(tmp_path / "in", "cam", PATTERN, zone, segment=2 * NANOS)
        for number, instant in enumerate(instants):
            start = instant - 20 * NANOS + number * NANOS // 2
            record(place, [Session(ENCODING, start, 40)], seed=number)
        services = Services(
            Settings(
                footage=Footage(root=tmp_path / "in", pattern=PATTERN, timezone="Europe/Berlin"),
                output=Output(root=tmp_path / "out"),
            )
        )
        made.append(services)
        return services

    yield film
    for services in made:
        services.close()


def asked(*, doubled: bool = True, at: int = SUMMER) -> ClipRequest:
    window = Span(at - 5 * NANOS, at + 3 * NANOS)
    later = WINTER if doubled else None
    reported = WINTER + NANOS
    return ClipRequest("c", "i", "cam", at, window, Precision.SEGMENTS, reported, doubled=later)


@pytest.mark.parametrize("hour", [SUMMER, WINTER])
def test_of_two_recorded_hours_the_one_that_is_asked_for_is_found(
    filmed: Filmed, hour: int
) -> None:
    found = filmed(SUMMER, WINTER).job.looker.look_now(asked(doubled=False, at=hour))
    assert isinstance(found, Ready)
    assert found.coverage.share == 1


@pytest.mark.parametrize("hour", [SUMMER, WINTER])
def test_the_only_recorded_hour_is_meant(filmed: Filmed, hour: int) -> None:
    found = filmed(hour).job.looker.look_now(asked())
    assert isinstance(found, Ready)
    assert (found.request.at, found.coverage.share) == (hour, 1)


def test_of_two_recorded_hours_none_is_guessed(filmed: Filmed) -> None:
    assert isinstance(filmed(SUMMER, WINTER).job.looker.look_now(asked()), Unclear)


def test_an_hour_that_has_not_come_is_not_meant(filmed: Filmed) -> None:
    services = filmed(WINTER)
    early = ClipRequest(
        "c", "i", "cam", SUMMER, asked().window, Precision.SEGMENTS, SUMMER + NANOS, doubled=WINTER
    )
    found = services.job.looker.look_now(early)
    assert isinstance(found, Ready)
    assert (found.request.at, found.coverage.share) == (SUMMER, 0)
