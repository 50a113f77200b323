"""What /healthz and the home panel say, for Prometheus.

Nothing is counted in a process: there are several, and the database knows it all.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from wallet.alerts import conditions
from wallet.health import health
from wallet.watch import Standing, standing

# Gauges by the names that /healthz has for their facts. What has no age has no sample.
AGES = {
    "price_age_seconds": "Age of BNB's price, which every conversion needs.",
    "oldest_unfinished_seconds": "How long ago the oldest unfinished conversion was confirmed.",
    "last_beat_seconds": "How long ago the last beat was.",
    "last_audit_passed_seconds": "How long ago an audit last found nothing wrong.",
}


class Facts(Collector):
    """The facts of one moment."""

    def __init__(self, facts: dict[str, Any], standing: Standing) -> None:
        self.facts, self.standing = facts, standing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        market = self.facts["market"]
        for name, words in AGES.items():
            yield _gauge(f"dustsite_{name}", words, self.facts[name])
        taken = self.facts["last_taken_seconds"]
        words = "How long ago a worker last took one of beat's messages from the queue."
        yield _gauges("dustsite_last_taken_seconds", words, "queue", taken)
        words = "How long ago the last round began that gave prices."
        yield _gauge("dustsite_market_round_seconds_ago", words, market["last_round_seconds"])
        words = "Whether the newest round gave no prices."
        yield _gauge("dustsite_market_round_failed", words, int(bool(market["last_error"])))
        words = (
            "Whether the fallback answered the newest round. Absent: none is configured, or that round failed before."
        )
        yield _gauge("dustsite_market_fallback_answers", words, market["fallback_answers"])
        yield _gauge("dustsite_assets_priced", "Assets to which the last good round gave a price.", market["priced"])
        words = "Assets whose number is no price, by the rule that keeps it out."
        yield _gauges("dustsite_assets_kept_out", words, "rule", market["kept_out_by_rule"])
        yield from self._panel()

    def _panel(self) -> Iterator[GaugeMetricFamily]:
        """The home panel's figures, and which alerts fire."""
        now = self.standing
        yield _gauge("dustsite_open", "Whether conversions are open.", int(not now.held))
        yield _gauge("dustsite_prices_old", "Prices that are older than the policy allows.", now.old_prices)
        words = "Conversions that ended within the last 24 hours, by how."
        yield _gauges("dustsite_ended_last_day", words, "outcome", dict(now.outcomes))
        yield _gauge("dustsite_unfinished", "Conversions that are confirmed and not finished.", now.unfinished)
        yield _gauge("dustsite_proposals_waiting", "Proposals that somebody has to decide on.", now.waiting)
        words = "Mails to customers that are due and not sent."
        yield _gauge("dustsite_mails_waiting", words, now.mails.waiting)
        words = "Mails to customers that were given up within the last 24 hours."
        yield _gauge("dustsite_mails_given_up", words, now.mails.given_up)
        words = "Whether the last audit that ended found something."
        yield _gauge("dustsite_audit_failed", words, int(now.failed_at is not None))
        fires = {condition.name: int(condition.is_firing(now)) for condition in conditions()}
        yield _gauges("dustsite_firing", "Whether an alert fires, by its name.", "condition", fires)


def metrics(*, now: datetime) -> bytes:
    """The text of a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Facts(health(now=now), standing(now)))
    return generate_latest(registry)


def _gauge(name: str, words: str, value: Any) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, words)
    if value is not None:
        found.add_metric([], value)
    return found


def _gauges(name: str, words: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        if value is not None:
            found.add_metric([key], value)
    return found
