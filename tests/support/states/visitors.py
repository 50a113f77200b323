"""Customers whose wallets several pages show."""

from tests.support.tour import Tour, Visitor

STRESS = {
    "WRAPPEDSTAKEDETH": "0.01234567",
    "FINE": "0.123456789012345678",
    "SHIB": "1234567.891",
    "PEPE": "0.013",
    "BTC": "1234.56789012",
    "USDT": "98765432.123456",
    "EUR": "4.99",
    "DOGE": "1",
}


def waiting(tour: Tour) -> Visitor:
    """Has converted, and waits until it can convert again."""
    visitor: Visitor = tour.stage.customer()
    tour.stage.end(name=visitor["name"], codes=["DOGE"])
    return visitor


def converting(tour: Tour) -> Visitor:
    """Has a conversion that is running."""
    visitor: Visitor = tour.stage.customer()
    tour.stage.run(name=visitor["name"], codes=["DOGE", "ETH"])
    return visitor


def stressed(tour: Tour) -> Visitor:
    """Holds the longest name, 18 decimals, large and tiny amounts."""
    visitor: Visitor = tour.stage.customer(holdings=STRESS)
    return visitor
