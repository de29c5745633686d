"""The catalogue of metrics as a page for operators."""

from devtools.contracts.tables import table
from streams.metrics import Metrics

_HEAD = """\
# Metrics

`GET /metrics` in Prometheus's text format. Written by `make contracts` from `streams/metrics.py`.

At any scrape `clip_incidents_received_total` = the sum of `clip_requests_total` + `clip_queue_depth`: what was read is either in a worker's hands or has left them in exactly one way.

"""


def page() -> str:
    """The page with every metric, its labels and its sentence."""
    rows = [
        (
            f"`{entry.name}`",
            entry.kind,
            ", ".join(f"`{label}`" for label in entry.labels),
            entry.sentence,
        )
        for entry in Metrics().catalogue
    ]
    return _HEAD + table(("Metric", "Kind", "Labels", "What it tells"), rows) + "\n"
