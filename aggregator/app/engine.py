"""Who fetches and reads documents: this machine, or the workers of a cluster. Both keep one contract."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.config import WorkersConfig
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.fetch import Client, HostGate
    from aggregator.pipeline.fetching import Fetcher
    from aggregator.pipeline.spread import Cluster

__all__ = ["Engine"]

# ruff: noqa: PLC0415 - executors are loaded when there is something for them to do, dask only where it is wanted

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Engine:
    """Makes executors as the settings say. A cluster that is not there costs a line: this machine reads alone."""

    workers: WorkersConfig
    _cluster: Cluster | None = None
    _asking: Executor | None = None

    def executor(self, *, processes: int | None = None, preload: tuple[str, ...] = ()) -> Executor:
        """An executor for documents from strangers; `processes` is how many are worth while on this machine."""
        from aggregator.pipeline.sandbox import SandboxExecutor
        from aggregator.pipeline.sandbox_worker import Limits

        timeout_s, memory_bytes = self.workers.timeout_s, self.workers.memory_mb * 2**20

        def local() -> Executor:
            return SandboxExecutor(
                processes or self.workers.processes or None,
                timeout_s=timeout_s,
                memory_bytes=memory_bytes,
                preload=preload,
            )

        cluster = self._connected()
        if cluster is None:
            return local()
        from aggregator.pipeline.spread import SpreadExecutor

        limits = Limits(wall_s=timeout_s, cpu_s=timeout_s, memory_bytes=memory_bytes, preload=preload)
        return SpreadExecutor(cluster, limits, local=local)

    def fetcher(self, client: Client, gate: HostGate, *, workers: int) -> Fetcher:
        """Who asks the servers, with so many requests under way at once: here, or for each core of a cluster."""
        from concurrent.futures import ThreadPoolExecutor

        from aggregator.pipeline.fetching import IN_A_SHARD, ShardedFetcher, ThreadedFetcher

        cluster = self._connected()
        if cluster is None:
            return ThreadedFetcher(client=client, gate=gate, workers=workers)
        from aggregator.pipeline.spread import PinnedExecutor

        if self._asking is None:
            self._asking = PinnedExecutor(cluster, local=lambda: ThreadPoolExecutor(1 + workers // IN_A_SHARD, "shard"))
        at_once = workers * max(1, cluster.cores)
        return ShardedFetcher(client=client, gate=gate, executor=self._asking, at_once=at_once)

    def fingerprinter(self) -> Executor | None:
        """An executor for fingerprints and features of many stories; None if this process is as fast alone."""
        if self._connected() is None:
            return None
        return self.executor(preload=("aggregator.pipeline.window",))

    def _connected(self) -> Cluster | None:
        """The cluster, if the settings want one and it answers."""
        if self.workers.engine == "local" or self.workers.scheduler is None:
            return None
        if self._cluster is not None and self._cluster.is_up:
            return self._cluster
        from aggregator.pipeline.spread import Cluster

        self.close()
        try:
            self._cluster = Cluster(self.workers.scheduler)
        except AggregatorError as error:
            log.warning("no cluster; this machine reads alone", extra={"error": str(error)})
        return self._cluster

    def close(self) -> None:
        """Leave the cluster."""
        if self._asking is not None:
            self._asking.shutdown(wait=False, cancel_futures=True)
            self._asking = None
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None
