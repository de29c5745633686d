"""The Grafana dashboard, built from code: rows in the order of a bad night.

Source of the format: grafana-foundation-sdk, which is generated from Grafana's own schemas.
"""

import json
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import GraphDrawStyle
from grafana_foundation_sdk.models.dashboard import DataSourceRef

UID = "incident-clips"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
_RATE = "[$__rate_interval]"


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of some expressions, each with the words of its legend."""

    title: str
    about: str
    unit: str
    series: tuple[tuple[str, str], ...]
    number: bool = False
    """One big number instead of lines."""


def _quantiles(metric: str, by: str = "") -> tuple[tuple[str, str], ...]:
    labels = f"le, {by}" if by else "le"
    word = f"{{{{{by}}}}} " if by else ""
    return tuple(
        (
            f"histogram_quantile({q}, sum by ({labels}) (rate({metric}_bucket{_RATE})))",
            f"{word}{n} %",
        )
        for q, n in ((0.5, 50), (0.99, 99))
    )


ROWS: dict[str, tuple[Panel, ...]] = {
    "Is it up?": (
        Panel(
            "Workers up",
            "Scraped workers.",
            "short",
            (('sum(up{job="incident-clips"})', "up"),),
            number=True,
        ),
        Panel(
            "Partitions read",
            "0 means that nothing is being cut.",
            "short",
            (("sum(clip_assigned_partitions)", "partitions"),),
            number=True,
        ),
        Panel(
            "Rebalances",
            "More than a few an hour is wrong.",
            "short",
            ((f"sum(rate(clip_rebalances_total{_RATE})) * 3600", "an hour"),),
        ),
    ),
    "Lag and age": (
        Panel(
            "Lag",
            "Records not settled, those waiting for footage included.",
            "short",
            (("sum by (topic) (clip_consumer_lag_records)", "{{topic}}"),),
        ),
        Panel(
            "Oldest incident",
            "In the hands of each worker.",
            "s",
            (("clip_oldest_waiting_seconds", "{{instance}}"),),
        ),
        Panel(
            "Watermark age",
            "After a crash everything since then is read again.",
            "s",
            (("max by (topic) (clip_watermark_age_seconds)", "{{topic}}"),),
        ),
    ),
    "Outcomes": (
        Panel(
            "Answers",
            "By outcome and reason.",
            "ops",
            (
                (
                    f"sum by (outcome, reason) (rate(clip_answers_total{_RATE}))",
                    "{{outcome}} {{reason}}",
                ),
            ),
        ),
        Panel(
            "Success by camera",
            "Share of answers with a clip.",
            "percentunit",
            (
                (
                    f'sum by (camera) (rate(clip_requests_total{{status="done"}}{_RATE})) / sum by (camera) (rate(clip_requests_total{{status=~"done|failed"}}{_RATE}))',
                    "{{camera}}",
                ),
            ),
        ),
        Panel(
            "Dead letters",
            "Producers that are wrong.",
            "short",
            ((f"sum by (reason) (increase(clip_dead_letters_total{_RATE}))", "{{reason}}"),),
        ),
        Panel(
            "Cutting processes replaced",
            "Clips that took longer than cut.timeout, or killed the process that was at them.",
            "short",
            ((f"sum by (why) (increase(clip_cutter_processes_replaced_total{_RATE}))", "{{why}}"),),
        ),
        Panel(
            "Decoded afterwards",
            "Whether a sample of the published clips plays; broken must stay at 0.",
            "short",
            ((f"sum by (verdict) (increase(clip_decode_checks_total{_RATE}))", "{{verdict}}"),),
        ),
    ),
    "Requests and latency": (
        Panel(
            "Requests",
            "How incidents left the workers' hands.",
            "ops",
            ((f"sum by (status) (rate(clip_requests_total{_RATE}))", "{{status}}"),),
        ),
        Panel(
            "Latency",
            "From record to answer; the wait for the window's end included.",
            "s",
            _quantiles("clip_latency_seconds"),
        ),
        Panel(
            "Latency by stage",
            "Where the time goes; beyond_footage is what we answer for.",
            "s",
            _quantiles("clip_stage_seconds", "stage"),
        ),
    ),
    "Errors": (
        Panel(
            "Errors",
            "By type; internal is a fault of the service.",
            "ops",
            ((f"sum by (type) (rate(clip_errors_total{_RATE}))", "{{type}}"),),
        ),
        Panel(
            "Stopped by dead letters",
            "1 where too much of what is read is malformed.",
            "short",
            (("clip_dead_letters_stopped", "{{instance}}"),),
        ),
    ),
    "Queue": (
        Panel(
            "Queue depth",
            "Incidents not answered yet.",
            "short",
            (("sum by (instance) (clip_queue_depth)", "{{instance}}"),),
        ),
        Panel(
            "Jobs",
            "What the clips to make are doing.",
            "short",
            (("sum by (state) (clip_jobs)", "{{state}}"),),
        ),
    ),
    "Cutter": (
        Panel(
            "Bytes",
            "Read from recordings and written as clips.",
            "Bps",
            (
                (f"sum(rate(clip_read_bytes_total{_RATE}))", "read"),
                (f"sum(rate(clip_written_bytes_total{_RATE}))", "written"),
                (f"sum(rate(clip_shared_bytes_total{_RATE}))", "shared with recordings"),
            ),
        ),
        Panel(
            "Ways of cutting",
            "How pictures get into files: transcode is slow and not lossless.",
            "short",
            ((f"sum by (method) (increase(clip_methods_total{_RATE}))", "{{method}}"),),
        ),
        Panel(
            "Event loop delay",
            "Above 1 s something blocks it.",
            "s",
            (("clip_event_loop_delay_seconds", "{{instance}}"),),
        ),
    ),
    "Footage": (
        Panel(
            "Age of the newest recording",
            "A line that rises is a camera that is not recorded.",
            "s",
            (("max by (camera) (clip_footage_age_seconds)", "{{camera}}"),),
        ),
        Panel(
            "Names against clocks",
            "How far names are off the recorder's clock in the files; not 0 is a wrong time zone.",
            "s",
            (("max by (camera) (abs(clip_footage_names_off_seconds))", "{{camera}}"),),
        ),
    ),
    "Disk": (
        Panel(
            "Free",
            "Share of the output volume.",
            "percentunit",
            (("clip_output_free_bytes / clip_output_capacity_bytes", "{{instance}}"),),
        ),
        Panel(
            "Removed by retention",
            "By rule.",
            "short",
            ((f"sum by (rule) (increase(clip_retention_removed_total{_RATE}))", "{{rule}}"),),
        ),
    ),
    "HTTP": (
        Panel(
            "Requests",
            "By route and status code.",
            "ops",
            (
                (
                    f"sum by (route, code) (rate(clip_http_requests_total{_RATE}))",
                    "{{route}} {{code}}",
                ),
            ),
        ),
        Panel(
            "Time to answer", "Downloads included.", "s", _quantiles("clip_http_request_seconds")
        ),
        Panel(
            "Build",
            "What runs.",
            "short",
            (("clip_build_info", "{{version}} {{instance}}"),),
            number=True,
        ),
    ),
}


def expressions() -> list[str]:
    """Every expression of the dashboard."""
    return [e for panels in ROWS.values() for panel in panels for e, _ in panel.series]


def document() -> str:
    """The dashboard as Grafana reads it."""
    built = (
        dashboard.Dashboard("Incident clips")
        .uid(UID)
        .tags(["incident-clips"])
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("browser")
        .with_variable(
            dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")
        )
    )
    for title, panels in ROWS.items():
        built = built.with_row(dashboard.Row(title))
        for panel in panels:
            built = built.with_panel(_panel(panel, 24 // len(panels)))
    written = json.loads(JSONEncoder(sort_keys=True).encode(built.build()))
    return json.dumps(written, indent=2, sort_keys=True) + "\n"


def _panel(panel: Panel, span: int) -> stat.Panel | timeseries.Panel:
    made: stat.Panel | timeseries.Panel
    if panel.number:
        made = stat.Panel()
    else:
        legend = common.VizLegendOptions().show_legend(True)  # noqa: FBT003 - the signature is theirs
        made = timeseries.Panel().draw_style(GraphDrawStyle.LINE).fill_opacity(10).legend(legend)
    made = made.title(panel.title).description(panel.about).unit(panel.unit)
    made = made.datasource(_SOURCE).span(span).height(8)
    for expression, words in panel.series:
        made = made.with_target(
            prometheus.Dataquery().expr(expression).legend_format(words).datasource(_SOURCE)
        )
    return made
