"""What a relay counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter


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
        self.sync_events = Counter(
            "relay_sync_answers", "Answers to sync batches", ["answer"], registry=self.registry
        )
