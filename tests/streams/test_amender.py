"""The amender: every clip that may be amended is, whatever becomes of the others."""

from pathlib import Path

from processors.adapters.amend_list import DiskAmendList
from processors.errors import FootageError
from schemas.instant import NANOS
from streams.amender import Amender
from tests.fakes.clock import NOON
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run


def test_a_camera_that_cannot_be_read_does_not_keep_others_from_being_amended(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            for camera in ("camera1", "camera2"):
                rig.report(camera, camera=camera, at=NOON - 10 * NANOS)
            await rig.answered(2)
            await rig.stream.until(2)
            amend_list = DiskAmendList(tmp_path)
            first, second = (stem.partition("_")[0] for stem in amend_list.stems())
            rig.recordings.faults[first] = [FootageError("cannot be read")]
            rig.film(second)
            job = rig.scheduler._job
            await Amender(
                job, rig.announcer, rig.store, amend_list, rig.clock, amend_for=600
            ).look()

            amended = [answer.camera_id for answer in rig.answers if answer.revision > 1]
            assert amended == [second]

    run(scene())
