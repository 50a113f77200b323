"""A conversion that has ended: completed, stopped, failed; and its receipt on paper."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.support.states import visitors
from tests.support.tour import Tour, state


@state("result")
def completed(tour: Tour) -> Iterator[Page]:
    """Completed, with less than the estimate"""
    yield tour.result(changes={"DOGE": "-1.2"})


@state("result")
def completed_more(tour: Tour) -> Iterator[Page]:
    """Completed, with more than the estimate and a fee of 2%"""
    yield tour.result(changes={"DOGE": "1.2"}, fee=2)


@state("result")
def completed_same(tour: Tour) -> Iterator[Page]:
    """Completed, exactly as estimated, and the wait is over"""
    yield tour.result(codes=["DOGE"], ago=7 * 3600)


@state("result")
def completed_stress(tour: Tour) -> Iterator[Page]:
    """Completed: the longest name, 18 decimals"""
    yield tour.result(visitors.stressed(tour))


@state("result")
def completed_300(tour: Tour) -> Iterator[Page]:
    """Completed: 300 assets"""
    yield tour.result(tour.stage.customer(many=300))


@state("result")
def stopped(tour: Tour) -> Iterator[Page]:
    """Stopped: a price moved"""
    yield tour.result(changes={"DOGE": "6.18", "ETH": "-1.5"})


@state("result")
def stopped_bnb(tour: Tour) -> Iterator[Page]:
    """Stopped: BNB's price moved, and so every price in BNB"""
    yield tour.result(changes={"BNB": "-5.5"})


@state("result")
def stopped_limit(tour: Tour) -> Iterator[Page]:
    """Stopped: worth more than the limit"""
    yield tour.result(codes=["LINK", "DOGE"], changes={"LINK": "700"})


@state("result")
def stopped_delisted(tour: Tour) -> Iterator[Page]:
    """Stopped: delisted meanwhile"""
    yield tour.result(codes=["TRX", "DOGE"], meanwhile="delist")


@state("result")
def stopped_unpriced(tour: Tour) -> Iterator[Page]:
    """Stopped: no price"""
    yield tour.result(codes=["DOGE", "ETH"], gone=["DOGE"], meanwhile="doubt")


@state("result")
def stopped_changed(tour: Tour) -> Iterator[Page]:
    """Stopped: the balance changed"""
    yield tour.result(codes=["DOGE", "ETH"], meanwhile="take_half")


@state("result")
def stopped_late(tour: Tour) -> Iterator[Page]:
    """Stopped: too late"""
    yield tour.result(ago=600, meanwhile="wait_too_long")


@state("result")
def failed(tour: Tour) -> Iterator[Page]:
    """Failed"""
    yield tour.result(ago=3600, meanwhile="give_up")


@state("result", is_printed=True)
def receipt(tour: Tour) -> Iterator[Page]:
    """The receipt on paper, from both themes"""
    yield tour.result(tour.stage.customer(), changes={"DOGE": "-1.2"}, fee=2)


@state("result", is_printed=True)
def receipt_stopped(tour: Tour) -> Iterator[Page]:
    """A stopped conversion on paper"""
    yield tour.result(changes={"DOGE": "6.18"})
