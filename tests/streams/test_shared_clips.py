"""Incidents that share a cut: each has its own answer and files, whatever becomes of the others."""

import asyncio
from pathlib import Path

import pytest

from processors.adapters.clip_shelf import ClipShelf
from processors.errors import CutError, OutputFullError
from processors.merging import Merging
from processors.span import Span
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome, Reason
from tests.fakes.clock import NOON
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics.cloudevents import Envelope

PER_CAMERA = Merging(60 * NANOS)


def test_fifty_incidents_at_once_are_one_cut_and_fifty_answers(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            for number in range(50):
                rig.report(f"i-{number}", at=NOON - 10 * NANOS, annotations={"of": f"i-{number}"})
            answers = await rig.answered(50)
            await rig.stream.until(50)

            (plan,) = rig.cutter.plans
            assert plan.title == "camera1 i-0, i-1, i-2 and 47 more"
            assert len({answer.clip_id for answer in answers}) == 50
            assert len(rig.event_ids) == 50
            assert {answer.outcome for answer in answers} == {Outcome.COMPLETE}
            for answer in answers:
                assert answer.video is not None
                assert answer.clip_id in answer.video.path
                assert answer.incident.annotations == {"of": answer.incident.id}
                assert answer.merged is not None
                assert len(answer.merged.incidents) == 50
                assert rig.store.find(Path(answer.video.path).stem) == answer
            assert len({p.stat().st_ino for p in rig.store.videos.iterdir()}) == 1

    run(scene())


def test_one_window_around_two_instants_is_one_cut_with_two_places_in_it(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report("one", at=NOON - 10 * NANOS, before=3, after=2)
            rig.report("other", at=NOON - 11 * NANOS, before=2, after=3)
            one, other = sorted(await rig.answered(2), key=lambda answer: answer.incident.id)

            assert len(rig.cutter.plans) == 1
            assert one.actual_start == other.actual_start
            begins = to_ns(one.requested_start) - to_ns(one.actual_start or one.requested_start)
            assert one.incident_offset_seconds == pytest.approx(begins / NANOS + 3)
            assert other.incident_offset_seconds == pytest.approx(begins / NANOS + 2)

    run(scene())


def test_an_incident_alone_shares_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report("one", at=NOON - 10 * NANOS)
            rig.report("other", at=NOON - 11 * NANOS)
            answers = await rig.answered(2)

            assert len(rig.cutter.plans) == 2
            assert [answer.merged for answer in answers] == [None, None]

    run(scene())


def test_a_clip_that_goes_leaves_those_that_share_its_file(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            for name in "ab":
                rig.report(name, at=NOON - 10 * NANOS)
            gone, stays = await rig.answered(2)
            shelf = ClipShelf(rig.store)
            kept = {clip.clip_id: clip for clip in shelf.clips()}
            shelf.remove(kept[gone.clip_id])

            assert stays.video is not None
            assert rig.store.find(Path(stays.video.path).stem) == stays
            assert [clip.clip_id for clip in shelf.clips()] == [stays.clip_id]
            video = stays.video.size_bytes
            assert kept[stays.clip_id].size < video + kept[gone.clip_id].size, (
                "each counts its half"
            )

    run(scene())


def test_windows_that_overlap_wait_for_each_other_and_become_one_clip(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film(seconds=600)
            rig.report("first", at=NOON)
            rig.report("second", at=NOON + 4 * NANOS)
            rig.report("far", at=NOON + 60 * NANOS)
            answers = {a.incident.id: a for a in await rig.answered(3)}

            assert len(rig.cutter.plans) == 2
            first, second = answers["first"], answers["second"]
            assert answers["far"].merged is None
            assert first.merged is not None
            assert second.merged is not None
            assert first.merged.clip_id == second.merged.clip_id == first.clip_id
            assert first.video is not None
            assert second.video is not None
            assert first.video.sha256 == second.video.sha256
            assert first.requested_end < second.requested_end
            assert [one.incident_id for one in first.merged.incidents] == ["first", "second"]
            assert first.actual_start is not None
            begins = to_ns(first.actual_start)
            for answer in (first, second):
                assert answer.merged is not None
                offset = (to_ns(answer.requested_start) - begins) / NANOS
                assert answer.merged.start_offset_seconds == pytest.approx(offset)
                assert answer.merged.end_offset_seconds == pytest.approx(offset + 5)
                assert answer.incident_offset_seconds == pytest.approx(offset + 3)

    run(scene())


def test_a_merged_clip_is_not_longer_than_allowed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=Merging(12 * NANOS)).working() as rig:
            rig.film(seconds=600)
            for number in range(10):
                rig.report(f"i-{number}", at=NOON + 3 * number * NANOS)
            await rig.answered(10)

            assert 3 <= len(rig.cutter.plans) < 10
            assert all(plan.window.length <= 12 * NANOS for plan in rig.cutter.plans)

    run(scene())


def test_who_comes_after_the_cut_has_a_clip_of_its_own(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film()
            rig.report("early", at=NOON - 10 * NANOS)
            await rig.answered()
            rig.report("late", at=NOON - 9 * NANOS)
            _, late = await rig.answered(2)

            assert late.merged is None
            assert len(rig.cutter.plans) == 2

    run(scene())


def test_nothing_of_a_window_is_lost_by_merging(tmp_path: Path) -> None:
    """What has no footage at all is answered alone, and honestly; the others as ever."""

    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film(ago=8, seconds=60)
            rig.report("shown", at=NOON - 4 * NANOS)
            rig.report("before", at=NOON - 9 * NANOS, before=4, after=0.5)
            answers = {a.incident.id: a for a in await rig.answered(2)}

            assert answers["shown"].outcome is Outcome.COMPLETE
            assert answers["before"].reason is Reason.NOT_RECORDED

    run(scene())


def test_a_crash_after_some_of_the_answers_leaves_all_to_the_next_worker(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film()
            deliveries = [
                rig.report(f"i-{n}", at=NOON - (10 + n) * NANOS, partition=n % 2) for n in range(4)
            ]
            await rig.stream.until(4)
            said = {answer.clip_id: answer for answer in rig.answers}
        # Of two the manifest was not written any more, and nothing was settled.
        for clip_id in list(said)[:2]:
            stem = rig.store.stem_of(clip_id)
            (rig.store.annotations / f"{stem}.json").unlink()
            (rig.store.videos / f"{stem}.mp4").unlink()
        async with Rig(tmp_path, merging=PER_CAMERA).working() as again:
            again.film()
            for delivery in deliveries:
                again.intake.take(again.stream.again(delivery))
            await again.stream.until(4)

            assert len(again.cutter.plans) == 1
            found = {again.store.stem_of(clip_id) for clip_id in said}
            assert all(again.store.find(str(stem)) for stem in found)

    run(scene())


def test_a_cut_that_fails_for_all_is_tried_for_each(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.faults = [CutError("all together"), CutError("the first alone")]
            for name in "abc":
                rig.report(name, at=NOON - 10 * NANOS)
            answers = await rig.answered(3)
            await rig.stream.until(3)

            assert [a.outcome for a in answers].count(Outcome.FAILED) == 1
            assert len(rig.cutter.plans) == 4

    run(scene())


def test_who_is_taken_away_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film(seconds=600)
            rig.report("mine", at=NOON, partition=0)
            rig.report("gone", at=NOON + 4 * NANOS, partition=1)
            await asyncio.sleep(3)
            rig.taken(1)
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert answer.incident.id == "mine"
            assert answer.merged is None

    run(scene())


def test_one_that_breaks_the_cut_does_not_break_the_answers_of_the_others(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.faults = [ValueError("embedded null byte")]
            for name in "abc":
                rig.report(name, at=NOON - 10 * NANOS)
            answers = await rig.answered(3)

            assert {answer.outcome for answer in answers} == {Outcome.COMPLETE}
            assert [answer.merged for answer in answers] == [None] * 3

    run(scene())


def test_a_full_output_is_waited_for_and_then_told_to_all(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.store.full = True
            for name in "ab":
                rig.report(name, at=NOON - 10 * NANOS)
            await asyncio.sleep(60)
            assert rig.answers == []
            rig.store.full = False
            answers = await rig.answered(2)
            assert {answer.outcome for answer in answers} == {Outcome.COMPLETE}
            assert len({p.stat().st_ino for p in rig.store.videos.iterdir()}) == 1

            rig.cutter.faults = [OutputFullError("no room")] * 1000
            for name in "cd":
                rig.report(name, at=NOON - 10 * NANOS)
            failed = (await rig.answered(4))[2:]
            assert {answer.reason for answer in failed} == {Reason.OUTPUT_FULL}

    run(scene())


def test_nothing_is_encoded_again_for_the_sake_of_merging(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA, mixed=True).working() as rig:
            for second, codec in ((-30, "h264"), (-15, "h264"), (0, "h265")):
                start = NOON + second * NANOS
                rig.recordings.film("camera1", Span(start, start + 15 * NANOS), start, codec)
            await asyncio.sleep(15)
            rig.report("early", at=NOON - 10 * NANOS)
            rig.report("over", at=NOON - 8 * NANOS, after=10)
            answers = await rig.answered(2)

            assert [answer.merged for answer in answers] == [None, None]
            assert sorted(plan.joinable for plan in rig.cutter.plans) == [False, True]

    run(scene())


def test_footage_is_held_while_its_incident_waits_for_others(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, merging=PER_CAMERA).working() as rig:
            rig.film(ago=60, seconds=600)
            rig.report("first", at=NOON - 3 * NANOS)
            rig.report("second", at=NOON + 2 * NANOS)
            await rig.until_said("the windows that it is merged with")
            first = rig.scheduler.registry.of_camera("camera1")
            (waits,) = [job for job in first if job.request.incident_id == "first"]
            answers = await rig.answered(2)

            assert rig.hold.held[waits.request.clip_id]
            assert waits.request.clip_id in rig.hold.released
            assert all(answer.merged for answer in answers)

    run(scene())


def test_who_comes_again_finds_the_answer_that_was_shared(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            deliveries = [rig.report(name, at=NOON - 10 * NANOS) for name in "abc"]
            await rig.stream.until(3)
            rig.intake.take(rig.stream.again(deliveries[1]))
            await rig.stream.until(4)

            assert len(rig.answers) == 3
            assert len(rig.cutter.plans) == 1

    run(scene())


def test_amending_one_leaves_the_others_what_they_have(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.recordings.film("camera1", Span(NOON - 20 * NANOS, NOON - 10 * NANOS), NOON)
            for name in "ab":
                rig.report(name, at=NOON - 10 * NANOS)
            partial = await rig.answered(2)
            await rig.stream.until(2)
            assert all(answer.merged and answer.reason for answer in partial)
            rig.recordings.film("camera1", Span(NOON - 10 * NANOS, NOON), NOON)
            amended = await rig.scheduler._job.amend(partial[0], Envelope(), over=False)

            assert amended is not None
            assert amended.outcome is Outcome.COMPLETE
            assert (amended.clip_id, amended.revision) == (partial[0].clip_id, 2)
            assert amended.merged is None
            assert partial[1].video is not None
            assert rig.store.find(Path(partial[1].video.path).stem) == partial[1]

    run(scene())
