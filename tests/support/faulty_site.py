"""A site whose market is ours and may be wrong, and what comes of each fault: in words, and as a share of what is fair."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from tests.support import faults, wired
from tests.support.factories import World
from tests.support.faults import CHANGES, PLACES, WHOLE, Venue, in_markets, said
from tests.support.wired import ANSWERS, WiredVenue
from wallet import conversions
from wallet.conversions import settle_round
from wallet.market import rounds
from wallet.market.fallback import FallbackVenue
from wallet.market.source import MarketError
from wallet.models import Conversion
from wallet.refusals import Refused

ROUND = 10  # seconds


class Outcome(NamedTuple):
    """What a customer of a faulty market reads, and what is paid, as a share of what would be fair; neither may be."""

    reads: str
    paid: Fraction | None


class Site:
    """A site with two good rounds behind it, and a second venue that is always right until a test has it wrong."""

    def __init__(self, world: World, venue: Venue | None = None) -> None:
        self.world = world
        self.venue, self.other = venue or Venue(), Venue("other")
        self.second: FallbackVenue | None = FallbackVenue(self.other)
        for _ in range(2):
            assert self.round()

    def round(self, seconds: int = ROUND) -> bool:
        """The market is asked once more; whether that gave prices."""
        self.world.clock.tick(seconds=seconds)
        try:
            rounds.refresh(source=self.venue, second=self.second)
        except MarketError:
            return False
        return True

    def heal(self) -> None:
        """Both venues say what is fair again."""
        self.venue.heal()
        self.other.heal()

    def quote(self, *codes: str) -> Any:
        """A quote of DOGE and ETH, or what the customer reads in its place."""
        try:
            return conversions.quote(user=self.world.user, codes=codes or ("DOGE", "ETH"))
        except Refused as refused:
            return refused.text

    def confirm(self, quote: Conversion) -> Conversion:
        self.world.clock.tick(seconds=1)
        return conversions.confirm(user=quote.user, reference=quote.reference)

    def paid(self, conversion: Conversion) -> Fraction | None:
        """What was paid, as a share of what would be fair."""
        row = Conversion.objects.get(pk=conversion.pk)
        if row.status != "completed":
            return None
        lines = row.lines.select_related("asset")
        fair = sum(
            Fraction(line.units, 10**line.asset.scale) * Fraction(self.venue.fair[line.asset.code]) for line in lines
        )
        assert row.net_units is not None
        return Fraction(row.net_units, 10**8) * Fraction(self.venue.fair["BNB"]) / fair

    def before_the_quote(self, fault: "Fault") -> Outcome:
        """The fault lasts from before the quote until it is settled, or there is none."""
        fault(self)
        self.round(seconds=70)  # what was stored before is too old by now
        quote = self.quote()
        if not isinstance(quote, Conversion):
            return Outcome(quote, None)
        self.confirm(quote)
        self.round()
        settle_round()
        return Outcome(ended(quote)[1], self.paid(quote))

    def after_confirm(self, fault: "Fault") -> Outcome:
        """The fault lasts for a round between Confirm and settlement; what waits is settled by the next one."""
        conversion = self.confirm(self.quote())
        fault(self)
        self.round()
        settle_round()
        waits = ended(conversion)[0] == "confirmed"
        if waits:
            self.heal()
            assert self.round()
            settle_round()
        text = ended(conversion)[1]
        return Outcome("It waits for the next round." if waits and not text else text, self.paid(conversion))


Fault = Callable[[Site], None]


def ended(conversion: Conversion) -> tuple[str, str]:
    """How it ended, or that it waits; and what the customer reads."""
    row = Conversion.objects.get(pk=conversion.pk)
    return row.status, row.refusals[0].text if row.refusals else ""


def of_rows(change: faults.Fault) -> Fault:
    """What the venue says of its markets is changed so."""

    def fault(site: Site) -> None:
        site.venue.fault = change

    return fault


def of_both(change: faults.Fault) -> Fault:
    """And what the second venue says of them."""

    def fault(site: Site) -> None:
        site.venue.fault = site.other.fault = change

    return fault


def of_time(seconds: int) -> Fault:
    def fault(site: Site) -> None:
        site.venue.fault = said(seconds, site.world.clock)

    return fault


def of_answers(spoil: Callable[[wired.Market], None]) -> Fault:
    """Of how the venue answers at all, over its network."""

    def fault(site: Site) -> None:
        assert isinstance(site.venue, WiredVenue)
        spoil(site.venue.market)

    return fault


# Each fault by its name in docs/decisions/faults.md: of one venue, over the wire, and of both venues at once.
ON_ONE: dict[str, Fault] = {
    **{name: of_rows(fault) for name, fault in WHOLE.items()},
    "two minutes old": of_time(-120),
    "two minutes ahead": of_time(120),
    **{
        f"{name}: {place}": of_rows(in_markets(pairs, change))
        for name, change in CHANGES.items()
        for place, pairs in PLACES.items()
    },
}
ON_THE_WIRE: dict[str, Fault] = {name: of_answers(spoil) for name, spoil in ANSWERS.items()}
ON_BOTH: dict[str, Fault] = {
    f"{name}: all of BNB on both": of_both(in_markets(PLACES["all of BNB"], change)) for name, change in CHANGES.items()
}
