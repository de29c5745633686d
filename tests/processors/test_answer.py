"""What an answer tells, and by which clock."""

from processors import amendment
from processors.answer import Answers
from processors.cutting.parting import together
from processors.cutting.plan import CutPlan, CutResult, Piece
from processors.footage.coverage import Gap
from processors.footage.segment import Segment, SegmentState
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted, Method
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Outcome, Reason
from tests.answers import AT
from topics.cloudevents import Envelope

T = to_ns(AT)


def asked(offset: int = 0) -> ClipRequest:
    window = Span(T - 15 * NANOS + offset, T + 5 * NANOS + offset)
    return ClipRequest(
        "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001", "i-1", "camera1", T, window,
        Precision.SEGMENTS, T, clock_offset=offset,
    )  # fmt: skip


def answered(request: ClipRequest, *uncertain: int) -> ClipCompleted:
    """Shown but for its last second."""
    window = request.window
    span = Span(window.start, window.end - NANOS)
    pieces = tuple(
        Piece(Segment("c/1.mp4", span, SegmentState.COMPLETE, 1, uncertainty=ns), 0, span)
        for ns in uncertain or (0,)
    )
    plan = CutPlan(
        "camera1", window, request.recorded_at, Precision.SEGMENTS, pieces,
        gaps=(Gap(Span(span.end, window.end), GapCause.NOT_YET),), share=0.95,
    )  # fmt: skip
    result = CutResult(Method.COPY, Precision.SEGMENTS, 1, None, span, span.length, 1, 2, 2, None)
    return Answers().shown(request, plan, result, T)


def test_parts_have_their_own_times_and_places() -> None:
    """Two files of ten seconds, three seconds apart; the incident is in the second."""
    request = asked(3600 * NANOS)
    start = request.window.start
    spans = Span(start, start + 8 * NANOS), Span(start + 11 * NANOS, start + 20 * NANOS)
    pieces = tuple(
        Piece(Segment(f"c/{i}.mp4", span, SegmentState.COMPLETE, 1), 0, span)
        for i, span in enumerate(spans)
    )
    lost = Gap(Span(spans[0].end, spans[1].start), GapCause.NOT_RECORDED)
    plan = CutPlan(
        "camera1", request.window, request.recorded_at, Precision.SEGMENTS, pieces,
        gaps=(lost,), share=0.85,
    )  # fmt: skip
    results = [
        CutResult(method, Precision.SEGMENTS, 10, "ab", span, span.length, 1, 2, 2, "avc1")
        for method, span in zip((Method.COPY, Method.SPLICE), spans, strict=True)
    ]

    said = Answers().shown(request, plan, together(results), T)

    assert (said.video, said.outcome) == (None, Outcome.PARTIAL)
    stem = said.annotation_files.json_.path.split("/")[1].removesuffix(".json")
    assert [part.path for part in said.parts] == [f"videos/{stem}.{i}.mp4" for i in (1, 2)]
    assert [part.sha256 for part in said.parts] == ["ab", "ab"]
    assert [to_ns(part.actual_start) - T for part in said.parts] == [-15 * NANOS, -4 * NANOS]
    assert [part.incident_offset_seconds for part in said.parts] == [None, 4.0]
    assert (said.incident_offset_seconds, said.duration_seconds) == (12.0, 17.0)
    assert said.method is Method.COPY
    assert (said.actual_start, said.actual_end) == (
        said.parts[0].actual_start,
        said.parts[1].actual_end,
    )


def test_all_times_are_told_by_the_incidents_clock() -> None:
    """The recorder is an hour ahead of the detector."""
    here, there = answered(asked()), answered(asked(3600 * NANOS))
    assert there.clock_offset_seconds == 3600
    assert there.model_copy(update={"clock_offset_seconds": 0.0}) == here
    assert here.incident.timestamp == AT
    assert to_ns(here.source_clips[0].start_time) == T - 15 * NANOS
    assert to_ns(here.gaps[0].end) == T + 5 * NANOS


def test_a_failure_is_told_by_the_incidents_clock_too() -> None:
    here = Answers().failed(asked(), Reason.NOT_RECORDED, T)
    there = Answers().failed(asked(-NANOS), Reason.NOT_RECORDED, T)
    assert there.model_copy(update={"clock_offset_seconds": 0.0}) == here
    assert here.clock_uncertainty_seconds is None


def test_the_clock_is_as_sure_as_that_of_the_least_sure_recording() -> None:
    assert answered(asked(), 5_000_000, 12_000_000, 0).clock_uncertainty_seconds == 0.012


def test_an_amendment_looks_at_the_recorders_clock_again() -> None:
    request = asked(-1_500_000_000)
    again = amendment.request_of(answered(request), Envelope())
    assert (again.window, again.at, again.clock_offset) == (request.window, T, -1_500_000_000)
    late = request.window.end + 600 * NANOS
    assert not amendment.is_over(answered(request), late, 600)
    assert amendment.is_over(answered(request), late + 1, 600)
