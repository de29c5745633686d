"""`cut.mismatch: parts` from an incident to files that HTTP serves: a camera that came back larger."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from processors.clip_job import ClipJob
from processors.look import Answered, Ready, Stale
from processors.request import ClipRequest
from processors.window import request
from schemas.clip import ClipCompleted, Method
from schemas.clip_settings import Cut, Mismatch, Output
from schemas.http import ClipView
from schemas.incident import Incident, Precision
from schemas.reason import Outcome, Reason
from schemas.settings import Footage, Settings
from streams.services import Services
from tests import barcode
from tests.door import Client, Door
from tests.recordings import SMALL, take
from tests.statuses import answered, clip_id
from topics.cloudevents import REPLAY_ID, Envelope, ReplayMode
from topics.codec import Reported

pytestmark = pytest.mark.media

BACK = datetime(2026, 11, 24, 8, 24, 27, 298_805, tzinfo=UTC)
"""The camera has been away for three seconds, and its picture is 1280x720 from here on."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    take(SMALL / "recordings" / "flap-1", tmp_path / "footage" / "flap-1")
    settings = Settings(
        footage=Footage(
            root=tmp_path / "footage", pattern="%path/%Y-%m-%d_%H-%M-%S-%f", timezone="UTC"
        ),
        output=Output(root=tmp_path / "output"),
        cut=Cut(mismatch=Mismatch.PARTS),
    )
    made = Services(settings)
    made.store.open()
    yield made
    made.store.close()
    made.close()


def wanted(
    services: Services,
    precision: Precision,
    at: datetime = BACK,
    envelope: Envelope | None = None,
    name: str = "i-1",
) -> ClipRequest:
    incident = Incident(camera_id="flap-1", timestamp=at, before=5, after=4, precision=precision)
    said = Reported(incident, envelope or Envelope(source="here"), incident_id=name)
    asked = request(said, time.time_ns(), UTC, services.settings.windows)
    assert isinstance(asked, ClipRequest)
    return asked


def answer(job: ClipJob, asked: ClipRequest) -> ClipCompleted:
    made = asyncio.run(job.answer(job.looker.look_now(asked)))
    assert not isinstance(made, Stale)
    return made.answer


@pytest.mark.parametrize("precision", Precision, ids=str)
def test_each_picture_has_its_own_file(services: Services, precision: Precision) -> None:
    asked = wanted(services, precision, BACK + timedelta(seconds=1))

    said = answer(services.job, asked)

    assert (said.outcome, said.reason) == (Outcome.PARTIAL, Reason.NOT_RECORDED)
    assert [round((gap.end - gap.start).total_seconds()) for gap in said.gaps] == [3]
    assert said.video is None
    small, large = said.parts
    assert (small.width, large.width) == (640, 1280)
    assert (small.method, said.method, said.precision) == (Method.SPLICE, Method.SPLICE, precision)
    assert said.actual_start == small.actual_start < small.actual_end < large.actual_start
    assert said.actual_end == large.actual_end
    assert small.incident_offset_seconds is None
    assert large.incident_offset_seconds == pytest.approx(1, abs=0.05)
    assert said.incident_offset_seconds == pytest.approx(small.duration_seconds + 1, abs=0.05)
    for part in said.parts:
        data = (services.store.root / part.path).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (part.size_bytes, part.sha256)
        shown = barcode.frames(services.store.root / part.path)
        assert shown[-1][0] == pytest.approx(part.duration_seconds - 0.04, abs=0.06)


def test_a_repeat_finds_it_and_a_forced_one_makes_it_anew(services: Services) -> None:
    first = answer(services.job, wanted(services, Precision.SEGMENTS))

    repeated = services.job.looker.look(wanted(services, Precision.SEGMENTS))
    assert isinstance(repeated, Answered)
    assert repeated.answer == first

    (services.store.root / first.parts[1].path).unlink()
    again = services.job.looker.look(wanted(services, Precision.SEGMENTS))
    assert isinstance(again, Ready), "it is not there any more"

    replay = Envelope(source="here", replay=ReplayMode.FORCE, carried=((REPLAY_ID, b"r-1"),))
    forced = answer(services.job, wanted(services, Precision.SEGMENTS, envelope=replay))
    assert forced.revision == 2
    assert [part.sha256 for part in forced.parts] == [part.sha256 for part in first.parts]


def test_an_answer_in_parts_becomes_one_file_when_it_can(services: Services) -> None:
    first = answer(services.job, wanted(services, Precision.SEGMENTS))
    for path in (services.settings.footage.root / "flap-1").glob("*_08-24-27-*"):
        path.unlink()
    (services.store.root / first.parts[0].path).unlink()

    second = answer(services.job, wanted(services, Precision.SEGMENTS))

    assert (second.parts, second.revision) == ((), 2)
    assert second.video is not None
    assert [path.name for path in services.store.videos.iterdir()] == [Path(second.video.path).name]


def test_incidents_that_share_a_cut_have_all_files_under_their_own_names(
    services: Services,
) -> None:
    asked = [wanted(services, Precision.SEGMENTS, name=name) for name in ("i-1", "i-2")]
    looks = [services.job.looker.look_now(one) for one in asked]
    ready = [look for look in looks if isinstance(look, Ready)]

    made = asyncio.run(services.job.answer_all(ready))

    assert made is not None
    one, other = (single.answer for single in made)
    assert [part.sha256 for part in one.parts] == [part.sha256 for part in other.parts]
    for said in (one, other):
        assert {Path(part.path).name.partition(".")[0][-36:] for part in said.parts} == {
            said.clip_id
        }
        assert services.store.find(Path(said.annotation_files.json_.path).stem) == said
        assert said.merged is not None
        assert {shown.offset_seconds for shown in said.merged.incidents} == {
            said.incident_offset_seconds
        }
    for part in one.parts:
        (services.store.root / part.path).unlink()
    assert services.store.find(Path(other.annotation_files.json_.path).stem) == other


def test_what_can_be_joined_is_one_file(services: Services) -> None:
    said = answer(services.job, wanted(services, Precision.SEGMENTS, BACK - timedelta(seconds=5)))

    assert said.parts == ()
    assert said.video is not None


def test_files_and_picture_are_served(services: Services, tmp_path: Path) -> None:
    said = answer(services.job, wanted(services, Precision.SEGMENTS))
    door = Door(tmp_path / "output")
    door.model.fold([answered("a", said, camera="flap-1")])

    async def visit(client: Client) -> None:
        for part in said.parts:
            got = await client.get(part.download_url)
            assert got.status == 200
            assert got.headers["ETag"] == f'"{part.sha256}"'
            assert sha256(await got.read()).hexdigest() == part.sha256
        more = said.parts[1].download_url.replace(".2.mp4", ".3.mp4")
        for name in (more, more.replace(".3.", "."), more.replace(".3.", ".02.")):
            assert (await client.get(name)).status == 404
        for page in ("/", f"/watch/{clip_id('a')}"):
            shown = await (await client.get(page)).text()
            assert all(f'"{part.download_url}"' in shown for part in said.parts), page
        assert said.poster_url is not None
        poster = await client.get(said.poster_url)
        assert poster.status == 200
        assert poster.content_type == "image/jpeg"

    try:
        door.ask(visit)
    finally:
        door.close()
    view = ClipView.of(answered("a", said, camera="flap-1"))
    assert view.download_url is None
    assert list(view.part_urls) == [part.download_url for part in said.parts]
