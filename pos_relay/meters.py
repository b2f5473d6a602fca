"""What a relay counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Meters:
    """Counters for ``/metrics``; labels never carry a shop, token or id."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "relay_requests",
            "Answers by route and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "relay_request_seconds",
            "Time to the last byte by route; without feeds, which wait on purpose",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge("relay_streams", "Open streams of events", registry=self.registry)
        self.hints = Counter(
            "relay_hints",
            "Hooks and callbacks by outcome",
            ["source", "outcome"],
            registry=self.registry,
        )
        self.lost = Counter(
            "relay_lost",
            "Links whose stored bytes were missing, unreadable or damaged when they were opened",
            ["fault"],
            registry=self.registry,
        )
        self.repairs = Counter(
            "relay_repairs",
            "Found at start: drafts removed, orphans set aside, rows whose files are lost or back",
            ["kind"],
            registry=self.registry,
        )
        self.storage = Counter(
            "relay_storage_faults",
            "Requests refused because the disk was full, or the database busy or out of reach",
            ["fault"],
            registry=self.registry,
        )
        self.purges = Counter(
            "relay_purges", "Rounds of dropping what is old", ["outcome"], registry=self.registry
        )
        self.sync_events = Counter(
            "relay_sync_answers", "Answers to sync batches", ["answer"], registry=self.registry
        )
