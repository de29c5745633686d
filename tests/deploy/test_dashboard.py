"""The dashboard: fixed, and about metrics that there are."""

import json
import re
from pathlib import Path

import pytest

from devtools.contracts.dashboard import ROWS, UID, expressions
from streams.metrics import Metrics

ROOT = Path(__file__).parents[2]
BOARD = json.loads((ROOT / "deploy/grafana/dashboards/incident-clips.json").read_text())


def test_it_has_its_fixed_uid_and_rows_in_the_order_of_a_bad_night() -> None:
    assert BOARD["uid"] == UID
    assert [panel["title"] for panel in BOARD["panels"] if panel["type"] == "row"] == list(ROWS)


def test_every_panel_asks_the_source_that_the_viewer_chose() -> None:
    panels = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
    assert len(panels) == sum(len(panels) for panels in ROWS.values())
    for panel in panels:
        assert panel["targets"]
        assert panel["description"]
        assert panel["datasource"]["uid"] == "${source}"


@pytest.mark.parametrize("expression", expressions())
def test_it_asks_for_metrics_of_the_catalogue_only(expression: str) -> None:
    known = set()
    for entry in Metrics().catalogue:
        parts = ("_bucket", "_sum", "_count") if entry.kind == "histogram" else ("",)
        known |= {entry.name + part for part in parts}
    assert set(re.findall(r"\bclip_\w+", expression)) <= known


def test_every_metric_but_those_for_alerts_alone_is_on_it() -> None:
    shown = {name for e in expressions() for name in re.findall(r"\bclip_\w+", e)}
    unseen = {
        entry.name
        for entry in Metrics().catalogue
        if not any(name.startswith(entry.name) for name in shown)
    }
    assert unseen == {
        "clip_incidents_received_total",
        "clip_incidents_deleted_unread_total",
        "clip_statuses_loaded",
    }
