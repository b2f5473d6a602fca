"""What a relay counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Meters:
    """Counters for ``/metrics``; labels never carry a shop, token or id."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Answers by route and status", "route", "status")
        self.seconds = Histogram(
            "relay_request_seconds",
            "Time to the last byte by route; without feeds, which wait on purpose",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge("relay_streams", "Open streams of events", registry=self.registry)
        self.hints = self._counter("hints", "Hooks and callbacks by outcome", "source", "outcome")
        text = "Links whose stored bytes were missing, unreadable or damaged when they were opened"
        self.lost = self._counter("lost", text, "fault")
        text = (
            "Found at start: drafts removed, orphans set aside, rows whose files are lost or back"
        )
        self.repairs = self._counter("repairs", text, "kind")
        text = "Requests refused because the disk was full, or the database busy or out of reach"
        self.storage = self._counter("storage_faults", text, "fault")
        self.purges = self._counter("purges", "Rounds of dropping what is old", "outcome")
        self.clock_jumps = self._counter("clock_jumps", "Times the clock was set", "direction")
        text = "Marks that were refused: unreadable, beyond any number, or of another's series"
        self.marks = self._counter("marks_refused", text)
        self.sync_events = self._counter("sync_answers", "Answers to sync batches", "answer")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"relay_{name}", text, labels, registry=self.registry)
