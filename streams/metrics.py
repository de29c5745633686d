"""The metrics, in one place. Names are a contract: renaming one is a breaking change.

Faust's own sensor is not used: its names fail `promtool check metrics`.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from schemas.reason import DeadLetterReason

_LATENCY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900)


class Metrics:
    """One registry with everything that a worker counts."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # of the library
        self.registry = CollectorRegistry()
        self.received = Counter(
            "clip_incidents_received",
            "Records read from the incident topics, redeliveries included.",
            registry=self.registry,
        )
        self.requests = Counter(
            "clip_requests",
            "Incidents settled, by how: complete, partial, failed, duplicate, dead, ignored.",
            ["camera", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "clip_latency_seconds",
            "From the record of the incident to the acknowledged announcement; waiting included.",
            buckets=_LATENCY,
            registry=self.registry,
        )
        self.cut_seconds = Histogram(
            "clip_cut_seconds",
            "Planning, cutting and proving one clip.",
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.depth = Gauge(
            "clip_queue_depth",
            "Incidents in our hands that are not answered yet.",
            registry=self.registry,
        )
        self.errors = Counter(
            "clip_errors",
            "Answers that are not complete, by reason, and faults of ours.",
            ["type"],
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "clip_dead_letters",
            "Records that can never become an incident.",
            ["reason"],
            registry=self.registry,
        )
        self.assigned = Gauge(
            "clip_assigned_partitions", "Partitions that this worker reads.", registry=self.registry
        )
        self.rebalances = Counter(
            "clip_rebalances", "Times that the group was rearranged.", registry=self.registry
        )
        for reason in DeadLetterReason:
            self.dead_letters.labels(reason=reason.value)
