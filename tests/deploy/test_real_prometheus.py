"""A real Prometheus scrapes a real worker under load: dashboard and alerts have something to show."""

import asyncio
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.broker.broker import Broker
from devtools.contracts.dashboard import expressions
from devtools.installation import Worker
from devtools.load.client import Load
from streams.metrics import STAGES, Metrics
from tests import sites
from tests.promtool import Prometheus, needs_prometheus, promtool, scraping

pytestmark = [pytest.mark.embedded, pytest.mark.media, needs_prometheus]

CONFIGURATION = Path(__file__).parents[2] / "deploy/prometheus/prometheus.yml"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((CONFIGURATION.parent / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
ONLY_IN_TROUBLE = {"absent(clip_assigned_partitions{})": "gives something only without a worker"}
"""Parts of alerts that are empty on a good day, each with the reason."""

_SAMPLES = 3
"""Scrapes after the load, for rates over its last moments."""


@dataclass(frozen=True, slots=True)
class Scraped:
    """What worked, and what looked at it."""

    prometheus: Prometheus
    worker: Worker
    load: Load


@pytest.fixture(scope="module")
def scraped(embedded_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """Incidents, questions and downloads for some seconds, scraped all the while."""
    folder = tmp_path_factory.mktemp("scraped")
    site = sites.install(folder, embedded_broker)
    with site.camera("camera1"), site.worker() as worker:
        worker.until_ready()
        with scraping(folder / "prometheus", worker.port, CONFIGURATION) as prometheus:
            prometheus.until('up{job="incident-clips"} == 1')
            load = Load(f"http://127.0.0.1:{worker.port}", "camera1")
            asyncio.run(_steadily(load))
            prometheus.until("clip_consumer_lag_records")
            prometheus.until(f"count_over_time(up[{_SAMPLES}s]) >= {_SAMPLES}")
            yield Scraped(prometheus, worker, load)


async def _steadily(load: Load) -> None:
    """A little load for longer than a few scrapes, not much for a moment."""
    for _ in range(8):
        await load.run(30, 2, 20)
        await asyncio.sleep(0.5)


def test_the_load_itself_succeeded(scraped: Scraped) -> None:
    assert scraped.load.figures.failed == 0
    assert set(scraped.load.figures.seconds) == {"report", "show", "list", "download"}


@pytest.mark.parametrize("expression", expressions())
def test_a_panel_of_the_dashboard_shows_something(scraped: Scraped, expression: str) -> None:
    values = scraped.prometheus.values(expression.replace("$__rate_interval", "1m"))
    assert any(not math.isnan(value) for value in values)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_something_that_is_there(scraped: Scraped, rule: dict[str, Any]) -> None:
    for part in re.split(r"\b(?:and|or)\b", rule["expr"]):
        looked_at = re.sub(r"(?:>|<|==) *[\d.]+ *$", "", part.strip())
        if re.sub(r"\{.*?\}", "{}", looked_at) not in ONLY_IN_TROUBLE:
            assert scraped.prometheus.values(looked_at), looked_at


def test_no_alert_is_broken_and_none_is_raised_by_a_worker_that_works(scraped: Scraped) -> None:
    (group,) = scraped.prometheus.ask("rules")["groups"]
    assert {rule["name"] for rule in group["rules"]} == {rule["alert"] for rule in RULES}
    assert {(rule["health"], rule["state"]) for rule in group["rules"]} == {("ok", "inactive")}


def test_every_metric_of_the_catalogue_was_scraped(scraped: Scraped) -> None:
    for entry in Metrics().catalogue:
        name = f"{entry.name}_count" if entry.kind == "histogram" else entry.name
        assert scraped.prometheus.values(name), name


@pytest.mark.parametrize("stage", STAGES)
def test_each_part_of_the_way_took_its_time(scraped: Scraped, stage: str) -> None:
    assert scraped.prometheus.values(f'clip_stage_seconds_count{{stage="{stage}"}}')[0] > 0
    assert scraped.prometheus.values(f'clip_stage_seconds_sum{{stage="{stage}"}}')[0] > 0


def test_what_was_received_is_held_or_has_left_at_every_scrape(scraped: Scraped) -> None:
    identity = "clip_incidents_received_total - clip_queue_depth"
    left = "sum by (instance, job) (clip_requests_total)"
    assert scraped.prometheus.values(f"max_over_time(abs({identity} - {left})[1m:1s])") == [0.0]
    assert scraped.prometheus.values("clip_incidents_received_total")[0] > 0


def test_promtool_has_nothing_to_say_about_a_real_scrape(scraped: Scraped) -> None:
    text = scraped.worker.page("/metrics")
    assert promtool("check", "metrics", given=text.encode()) == ""
