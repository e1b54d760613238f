"""What the monitoring overlay wants to find before it starts."""

from production.home import Home
from production.watching import alertmanager, host_metrics


def prepare(home: Home) -> None:
    """Write Alertmanager's configuration and make the folder that Prometheus reads; cheap, and harmless to repeat."""
    alertmanager.write(home)
    host_metrics.prepare(home)
