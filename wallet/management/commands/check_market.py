import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wallet.market import checking
from wallet.market.checking import Cost, Report, Visit


class Command(BaseCommand):
    help = (
        "Try the configured exchange and its fallback: what a round would give, what it would keep out, what it costs. "
        "Writes nothing. Exits 1 where customers could convert nothing, or an exchange does not answer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("Run manage.py migrate first.")
        report = checking.check()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
        else:
            for line in _lines(report):
                self.stdout.write(line)
        if report.problems:
            sys.exit(1)


def _lines(report: Report) -> Iterator[str]:
    if settings.PRICE_SOURCE == "demo":
        yield "PRICE_SOURCE=demo: prices are made up here, and there is no exchange to check. What it makes up:"
    yield from _visit(report.source)
    if report.fallback:
        yield from _visit(report.fallback)
    elif settings.PRICE_SOURCE == "exchange":
        yield "There is no fallback (EXCHANGE_FALLBACK_ID)."
    if not report.source.error:
        yield from _coverage(report)
        yield from _fallback(report)
        yield ""
    if report.problems:
        yield from report.problems
    else:
        yield "Customers could convert at these prices."


def _visit(visit: Visit) -> Iterator[str]:
    if visit.error:  # told at the end
        return
    yield f"{visit.name}: {visit.markets} markets, {visit.open} of them open"
    if visit.clock_ms is not None:
        side = "behind" if visit.clock_ms < 0 else "ahead of"
        yield f"  its clock is {_seconds(abs(visit.clock_ms))} s {side} the database's"
    if visit.round.answers:
        yield f"  the list of markets: {_cost(visit.listing)}"
        yield f"  a round: {_cost(visit.round)}"


def _cost(cost: Cost) -> str:
    asked = "1 request" if cost.answers == 1 else f"{cost.answers} requests"
    took = f"{_seconds(cost.processor_ms)} s of processor, {_seconds(cost.took_ms)} s in all"
    return f"{asked}, {cost.characters // 1000:,} kB, {took}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _ways(count: int) -> str:
    return "1 way" if count == 1 else f"{count} ways"


def _coverage(report: Report) -> Iterator[str]:
    yield ""
    yield f"With a price: {len(report.covered)} listed assets"
    for one in report.covered:
        legs = ", ".join(f"{symbol} {side} {price}" for symbol, price, side in one.legs)
        how = f"  {one.path}  {_ways(one.ways)}  {legs}" if one.legs else ""
        yield f"  {one.code}  {one.rate_btc} BTC{how}"
    if report.refused:
        yield "Kept out:"
    for kept in report.refused:
        yield f"  {kept.code}{f' ({kept.symbol})' if kept.symbol else ''}  {kept.rule}  {kept.words}"
    if report.untraded:
        yield f"No market leads to BTC: {', '.join(report.untraded)}"


def _fallback(report: Report) -> Iterator[str]:
    for one in report.core:
        beside = f", {one.off_percent}% off the fallback" if one.off_percent is not None else ""
        yield f"{one.code}: known by {_ways(one.ways)}{beside}"
    if report.fallback and not report.fallback.error:
        confirmed = ", ".join(report.confirmed) or "none"
        yield f"The fallback confirms, of what came by one way only: {confirmed}"
