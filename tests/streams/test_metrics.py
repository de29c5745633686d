"""The catalogue: promised names, one way out for every record, bounded labels, clean by promtool."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from schemas.camera_report import CameraReport, FootageReport
from schemas.instant import NANOS, to_ns
from streams.metrics import OTHER, Metrics

PROMISED = {
    "clip_requests_total": "counter",
    "clip_latency_seconds": "histogram",
    "clip_queue_depth": "gauge",
    "clip_errors_total": "counter",
}
WAYS = ("done", "failed", "duplicate", "dead", "ignored", "parked")


def total(metrics: Metrics, name: str) -> float:
    return sum(
        sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == name
    )


def test_the_promised_names_are_there() -> None:
    said = {entry.name: entry.kind for entry in Metrics().catalogue}
    assert {name: said.get(name) for name in PROMISED} == PROMISED


def test_the_catalogue_is_everything_that_is_scraped() -> None:
    metrics = Metrics()
    scraped = {f.name for f in metrics.registry.collect() if not f.name.startswith("process_")}
    assert scraped == {entry.name.removesuffix("_total") for entry in metrics.catalogue}


def test_every_sentence_is_one() -> None:
    for entry in Metrics().catalogue:
        assert not entry.sentence[0].islower()
        assert entry.sentence.endswith(".")


@settings(deadline=None)
@given(st.lists(st.sampled_from(("take", "release", *WAYS)), max_size=40))
def test_what_was_received_is_either_held_or_has_left_in_one_way(steps: list[str]) -> None:
    metrics, held = Metrics(), 0
    for step in steps:
        if step == "take":
            metrics.take()
            held += 1
        elif step == "release" and held:
            metrics.release(held)
            held = 0
        elif step in WAYS and held:
            metrics.leave("camera1", step)  # type: ignore[arg-type] # one of WAYS
            held -= 1
        left = total(metrics, "clip_requests_total")
        assert total(metrics, "clip_incidents_received_total") == left + held
        assert total(metrics, "clip_queue_depth") == held


def test_only_so_many_cameras_have_a_label_of_their_own() -> None:
    metrics = Metrics(max_cameras=2)
    labels = [metrics.camera(name) for name in ("a", "b", "c", "a", "d", "")]
    assert labels == ["a", "b", OTHER, "a", OTHER, ""]


@pytest.mark.skipif(not shutil.which("promtool"), reason="Debian's prometheus has promtool")
def test_promtool_has_nothing_to_say() -> None:
    metrics = Metrics()
    metrics.take()
    metrics.leave("camera1", "done")
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=generate_latest(metrics.registry),
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_how_far_names_are_off_is_shown_of_so_many_cameras_only() -> None:
    metrics = Metrics(max_cameras=1)
    seen = datetime(2026, 11, 24, tzinfo=UTC)
    cameras = tuple(
        CameraReport(
            camera_id=name,
            oldest=seen,
            newest=seen,
            lag_seconds=1.0,
            segments=3,
            bytes=12,
            segment_seconds=5.0,
            codecs=(),
            name_off_seconds=-19800.0,
            problems=(),
        )
        for name in ("a", "b")
    )
    metrics.show_cameras(
        FootageReport(cameras=cameras, strangers=0, problems=()), to_ns(seen) + NANOS
    )
    text = generate_latest(metrics.registry).decode()
    assert 'clip_footage_names_off_seconds{camera="a"} -19800.0' in text
    assert 'clip_footage_age_seconds{camera="a"} 1.0' in text
    assert 'camera="b"' not in text
