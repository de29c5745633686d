"""The catalogue: promised names, one way out for every record, bounded labels, clean by promtool."""

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.camera_report import FootageReport
from schemas.clip import Method
from schemas.instant import NANOS, to_ns
from streams.metrics import NO_CAMERA, OTHER, Metrics
from tests.answers import complete, failed
from tests.promtool import needs_prometheus, promtool
from tests.reports import SEEN, camera

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


@settings(deadline=None, max_examples=20)
@given(st.lists(st.text(), min_size=50, max_size=200))
def test_hostile_camera_names_leave_a_scrape_that_can_be_read_and_does_not_grow(
    names: list[str],
) -> None:
    metrics = Metrics(max_cameras=5)
    for name in ['"', "\n", 'a"} 1\nclip_forged_total 1\n', "\\", "a" * 10_000, *names]:
        metrics.take()
        metrics.leave(name, "done")
    read = list(text_string_to_metric_families(generate_latest(metrics.registry).decode()))
    labels = {
        s.labels["camera"] for f in read for s in f.samples if s.name == "clip_requests_total"
    }
    assert len(labels - {OTHER, NO_CAMERA}) <= 5
    assert {f.name for f in read} <= {f.name for f in metrics.registry.collect()}


@needs_prometheus
def test_promtool_has_nothing_to_say() -> None:
    metrics = Metrics()
    metrics.take()
    metrics.leave("camera1", "done")
    assert promtool("check", "metrics", given=generate_latest(metrics.registry)) == ""


def test_how_far_names_are_off_is_shown_of_so_many_cameras_only() -> None:
    metrics = Metrics(max_cameras=1)
    cameras = tuple(camera(name, name_off=-19800.0) for name in ("a", "b"))
    metrics.show_cameras(
        FootageReport(cameras=cameras, strangers=0, problems=()), to_ns(SEEN) + NANOS
    )
    text = generate_latest(metrics.registry).decode()
    assert 'clip_footage_names_off_seconds{camera="a"} -19800.0' in text
    assert 'clip_footage_age_seconds{camera="a"} 1.0' in text
    assert 'camera="b"' not in text


def test_bytes_that_are_shared_are_not_counted_as_written() -> None:
    metrics = Metrics()
    copied = complete("camera1_20261124_082345_a", b"12345")

    metrics.answer(copied)
    metrics.answer(copied.model_copy(update={"method": Method.CLONE}))
    metrics.answer(failed("camera1_20261124_082345_b"))

    assert total(metrics, "clip_written_bytes_total") == 5
    assert total(metrics, "clip_shared_bytes_total") == 5
    assert total(metrics, "clip_methods_total") == 2
