"""What is looked up when Prometheus asks: the disk, the database and what is lost."""

import json
import logging
import shutil
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pos_relay.settings import Settings
from pos_relay.store.faults import storage_fault
from pos_relay.store.opened import Store
from pos_relay.store.repair import count_lost

log = logging.getLogger("raseed.relay")


class StoreGauges(Collector):
    """Of one opened store; a database out of reach is a number, too, and hides no other."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """One round of looking."""
        places = {"database": self._settings.database.parent, "sealed": self._settings.folder}
        free = GaugeMetricFamily("relay_disk_free_bytes", "Left on the disk", labels=["place"])
        total = GaugeMetricFamily("relay_disk_bytes", "Size of the disk", labels=["place"])
        for place, path in places.items():
            usage = shutil.disk_usage(path)
            free.add_metric([place], usage.free)
            total.add_metric([place], usage.total)
        yield free
        yield total
        size = self._store.database.size()
        yield GaugeMetricFamily("relay_database_bytes", "Database and its log", value=size)
        lost = self._lost()
        yield GaugeMetricFamily("relay_database_up", "1: it answers", value=int(lost is not None))
        if lost is not None:
            text = "Revisions and pictures whose file is gone"
            yield GaugeMetricFamily("relay_lost_files", text, value=lost)

    def _lost(self) -> int | None:
        try:
            with self._store.database.read() as sql:
                return count_lost(sql)
        except Exception as error:
            if storage_fault(error) is None:
                raise
            log.exception(json.dumps({"metrics": type(error).__name__}))
            return None
