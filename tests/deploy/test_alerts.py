"""The alerts: valid, proven on made-up series, about metrics that there are, each with a runbook."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.metrics import Metrics
from tests.promtool import needs_prometheus, promtool

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]


@needs_prometheus
def test_prometheus_takes_the_configuration() -> None:
    promtool("check", "config", "prometheus.yml", cwd=PROMETHEUS)


@needs_prometheus
def test_each_trouble_raises_its_alert_and_a_good_day_none() -> None:
    promtool("test", "rules", "alerts_test.yml", cwd=PROMETHEUS)


def test_every_alert_is_proven() -> None:
    proven = (PROMETHEUS / "alerts_test.yml").read_text()
    for rule in RULES:
        assert f"alertname: {rule['alert']}" in proven
        assert f'alertname="{rule["alert"]}"' in proven


def names() -> set[str]:
    """Every series that the catalogue gives."""
    found = set()
    for entry in Metrics().catalogue:
        found.add(entry.name)
        if entry.kind == "histogram":
            found |= {f"{entry.name}_{part}" for part in ("bucket", "sum", "count")}
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_about_metrics_of_the_catalogue(rule: dict[str, Any]) -> None:
    assert set(re.findall(r"\bclip_\w+", rule["expr"])) <= names()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_its_section_of_the_runbook(rule: dict[str, Any]) -> None:
    page, anchor = rule["annotations"]["runbook"].split("#")
    headings = re.findall(r"^## (\w+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert anchor == rule["alert"].lower()
    assert rule["alert"] in headings
