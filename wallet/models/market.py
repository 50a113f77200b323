"""What the market said, round by round, and what of it was no price: kept for operators, and for the next rounds' guards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.fields.json import KeyTransform

from wallet.models.assets import source_name
from wallet.refusals import Why

# How long rounds and what was kept out are kept, and how long every round's numbers are; one round in each slot keeps them
# longer, for a chart of an asset's last day.
KEPT = timedelta(days=30)
NUMBERS_KEPT = timedelta(minutes=15)
SLOT = timedelta(minutes=5)
# Rounds that follow one another more closely than this, as when many confirm, keep no numbers: the next rounds read them all.
NUMBERS_APART = timedelta(seconds=5)
DAY = timedelta(hours=25)

# The rules that keep out the number of an asset or of a market; the others are about a whole round.
ASSET_RULES = ("M2", "M3", "M4", "M5", "M6", "M7", "M9")


class Number(NamedTuple):
    """An asset's number in a round: in BTC, between bid and ask; from how many ways; and the rule by which it is no price,
    empty where it is one."""

    at: datetime
    rate: Decimal
    ways: int
    rule: str


class MarketRoundQuerySet(models.QuerySet["MarketRound"]):
    def of(self, source: str) -> MarketRoundQuerySet:
        return self.filter(source=source)

    def good(self) -> MarketRoundQuerySet:
        """Those that gave prices."""
        return self.filter(error="")

    def numbers_of(self, code: str, since: datetime) -> list[Number]:
        """The asset's number in the rounds since then that still have numbers, in the order of time."""
        rounds = self.filter(asked_at__gte=since, numbers__isnull=False).order_by("asked_at", "pk")
        found = rounds.values_list("asked_at", KeyTransform(code, "numbers"))
        return [Number(at, Decimal(one[0]), one[1], one[2]) for at, one in found if one and one[0]]

    def latest_asked(self) -> MarketRound | None:
        """The newest, without its numbers."""
        return self.order_by("-asked_at", "-pk").defer("numbers").first()

    def clear(self, now: datetime) -> None:
        """Removes what is kept no longer: old rounds, and most rounds' numbers."""
        self.filter(asked_at__lt=now - KEPT).delete()
        newest = self.filter(numbers__isnull=False).order_by("-asked_at").values_list("pk", flat=True)[:4]
        past = Q(asked_at__lt=now - NUMBERS_KEPT, is_mark=False) | Q(asked_at__lt=now - DAY)
        self.filter(past, numbers__isnull=False).exclude(pk__in=list(newest)).update(numbers=None)


class MarketRound(models.Model):
    """One round: the market asked once, and what came of it.

    `numbers` has each asset's rate in BTC, from how many ways it came, by which rule it is no price, if any, and what its
    last price was: {"DOGE": ["0.0000043", 3, "", "0.0000043"]}. Without a rate the asset had no number.
    """

    source = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField("took (ms)", help_text="From the question until all was judged.")
    rows = models.PositiveIntegerField(default=0, help_text="Markets in its answer that are open.")
    priced = models.PositiveIntegerField(default=0, help_text="Assets with a price.")
    kept_out = models.PositiveIntegerField(default=0, help_text="Assets whose number is no price.")
    fallback = models.CharField(max_length=200, blank=True, help_text="What became of asking the fallback.")
    fallback_answers = models.BooleanField(null=True, blank=True, help_text="Empty: none is configured.")
    error = models.CharField(max_length=300, blank=True, help_text="Why the round as a whole gave no prices.")
    numbers = models.JSONField(null=True, blank=True)
    is_mark = models.BooleanField(default=False)

    objects = MarketRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["source", "asked_at"], name="marketround_by_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.asked_at:%Y-%m-%d %H:%M:%S}"


class KeptOutQuerySet(models.QuerySet["KeptOutNumber"]):
    def current(self, source: str) -> KeptOutQuerySet:
        """What the last round kept out, and those before it."""
        return self.filter(source=source, ended_at__isnull=True)

    def spells_of(self, source: str, code: str, since: datetime) -> KeptOutQuerySet:
        """When the asset itself was kept out since then, what is still kept out first."""
        is_since = Q(ended_at__isnull=True) | Q(ended_at__gte=since)
        found = self.filter(is_since, source=source, code=code, symbol="")
        return found.order_by(F("ended_at").desc(nulls_first=True), "-began_at", "-pk")

    def assets_by_rule(self) -> dict[str, int]:
        """How many assets each rule keeps out, none where it does not; their single markets are not counted."""
        rules = self.filter(symbol="").order_by("rule").values_list("rule")
        return dict.fromkeys(ASSET_RULES, 0) | dict(rules.annotate(assets=Count("code", distinct=True)))

    def reasons(self, source: str, codes: list[str]) -> dict[str, KeptOutNumber]:
        """Why each of these assets has no price, by code, where its number is kept out."""
        return {one.code: one for one in self.current(source).filter(code__in=codes, symbol="")}

    def told(self, codes: Iterable[str]) -> dict[str, dict[str, str]]:
        """What customers are told of why each of these assets has no price, by code, where the current source keeps it out.

        Asked of none, it asks the database nothing.
        """
        wanted = list(codes)
        return {code: one.told for code, one in self.reasons(source_name(), wanted).items()} if wanted else {}

    def clear(self, now: datetime) -> None:
        self.filter(ended_at__lt=now - KEPT).delete()


class KeptOutNumber(models.Model):
    """A number that a rule keeps out, from the first round to the last that did: of an asset, or of one market of it.

    The facts are those of the newest round, to whole numbers. Without an end the last round kept it out too.
    """

    source = models.CharField(max_length=40)
    code = models.CharField("asset", max_length=16)
    symbol = models.CharField("market", max_length=60, blank=True, help_text="Empty: the asset's price as a whole.")
    rule = models.CharField(max_length=2)
    facts = models.JSONField()
    rate_btc = models.CharField(
        "number",
        max_length=90,
        blank=True,
        help_text="What is no price: an asset's rate in BTC; what a market bids and asks, as the exchange sent it.",
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = KeptOutQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "number kept out"
        verbose_name_plural = "numbers kept out"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "code", "symbol", "rule"],
                condition=Q(ended_at__isnull=True),
                name="keptout_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("began_at")),
                name="keptout_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.symbol or self.code}"

    @property
    def told(self) -> dict[str, str]:
        """What a customer is told of it: why, and by how many percent where a share says more than words."""
        if self.facts.get("of") == "BTC":
            return {"why": Why.BITCOIN.value, "share": self.facts.get("off_venue", "")}
        for fact, why in TOLD.items():
            if fact in self.facts:
                return {"why": why.value, "share": self.facts.get(SHARES.get(why, ""), "")}
        return {"why": Why.UNUSABLE.value, "share": ""}


# Facts of what was kept out, and what customers are told where they stand; then the fact that is the share.
TOLD = {
    "no_market": Why.UNTRADED,
    "market": Why.CLOSED,
    "spread": Why.WIDE,
    "ways": Why.DISAGREE,
    "jump": Why.JUMP,
    "off_venue": Why.VENUES,
    "one_way": Why.ALONE,
    "tick": Why.ALONE,
    "fallback": Why.ALONE,
}
SHARES = {Why.WIDE: "spread", Why.DISAGREE: "apart", Why.JUMP: "jump", Why.VENUES: "off_venue"}
