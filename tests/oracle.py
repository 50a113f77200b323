"""The rules R1–R9 once more, written from the article alone: plain integers and fractions, no code of the product."""

from fractions import Fraction

LIMIT, TOLERANCE, INTERVAL, LIFETIME, AGE, LONGEST = Fraction(12, 10_000), Fraction(1, 20), 21_600, 30, 60, 120


class Market:
    """Rates in BTC as fractions, each with the second in which it was observed."""

    def __init__(self):
        self.rates = {}

    def observe(self, code, rate, second):
        self.rates[code] = (Fraction(rate), second)

    def rate(self, code, since):
        rate, second = self.rates.get(code, (None, None))
        return rate if rate is not None and second >= since else None


class Quote:
    def __init__(self, second, units, rates, bnb):
        self.second, self.units, self.rates, self.bnb = second, units, rates, bnb
        self.confirmed = self.outcome = None


class Customer:
    """One customer's balances and what the article lets happen to them."""

    def __init__(self, scales, market):
        self.scales, self.market = scales, market
        self.balances, self.status, self.last = {}, {}, None

    def deposit(self, code, units):
        self.balances[code] = self.balances.get(code, 0) + units

    def worth(self, code, units, rate):
        return Fraction(units, 10 ** self.scales[code]) * rate

    def received(self, code, units, rate, bnb):
        return int(self.worth(code, units, rate) / bnb * 10**8)

    def may_convert(self, second):
        return self.last is None or second - self.last >= INTERVAL

    def quote(self, codes, second, in_progress):
        """The quote, or None where the article refuses it."""
        codes = set(codes)
        bnb = self.market.rate("BNB", second - AGE)
        if not codes or in_progress or bnb is None or not self.may_convert(second):
            return None
        rates = {}
        for code in codes:
            rate, units = self.market.rate(code, second - AGE), self.balances.get(code, 0)
            if code == "BNB" or rate is None or units == 0 or self.status.get(code, "listed") != "listed":
                return None
            if self.worth(code, units, rate) >= LIMIT or self.received(code, units, rate, bnb) < 1:
                return None
            rates[code] = rate
        return Quote(second, {code: self.balances[code] for code in codes}, rates, bnb)

    def confirm(self, quote, second, in_progress):
        covered = all(self.balances.get(code, 0) >= units for code, units in quote.units.items())
        if second - quote.second < LIFETIME and self.may_convert(second) and not in_progress and covered:
            quote.confirmed = second
        return quote.confirmed is not None

    def settle(self, quote, second):
        """completed, stopped, or None while the market has not answered since Confirm."""
        if second - quote.confirmed >= LONGEST:
            return "stopped"
        bnb = self.market.rate("BNB", quote.confirmed)
        known = {code: code in self.market.rates for code in quote.units}
        rates = {code: self.market.rate(code, quote.confirmed) for code in quote.units}
        if bnb is None or any(known[code] and rates[code] is None for code in quote.units):
            return None
        for code, units in quote.units.items():
            rate, had = rates[code], self.balances.get(code, 0)
            if rate is None or self.status.get(code, "listed") != "listed" or had < units:
                return "stopped"
            if self.worth(code, had, rate) >= LIMIT or self.received(code, units, rate, bnb) < 1:
                return "stopped"
            if abs(rate - quote.rates[code]) >= TOLERANCE * quote.rates[code]:
                return "stopped"
        if not self.may_convert(second) or abs(bnb - quote.bnb) >= TOLERANCE * quote.bnb:
            return "stopped"
        for code, units in quote.units.items():
            self.balances[code] -= units
            self.deposit("BNB", self.received(code, units, rates[code], bnb))
        self.last = second
        return "completed"
