"""What Prometheus is told; every number of it comes from elsewhere."""

from blocker.admin.metrics.devices import DeviceCounts
from blocker.admin.metrics.exposition import Metrics

__all__ = ["DeviceCounts", "Metrics"]
