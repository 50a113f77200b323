"""How long the admin's pages take, and whether their figures are right, at very many conversions (P20)."""

import statistics
import time

import pytest
from django.db import connection, transaction

from tests.support import factories
from tests.support.chaos import customers, size
from wallet import conversions
from wallet.market import rounds
from wallet.models import Conversion, Customer

OWNERS = 1000
# Copies of one completed conversion, two seconds apart, the newest last: of each hundred 95 were completed, four stopped, one
# failed. The guards are not asked, which a million inserts would.
FILL = """
INSERT INTO wallet_conversion ({columns})
    SELECT {values} FROM wallet_conversion, generate_series(1, {count}) AS number WHERE id = {copied}
    ORDER BY number DESC
"""
ENDED = "(now() - number * interval '2 seconds')"
VALUES = {
    "reference": "'X' || number",
    "user_id": "(ARRAY[{owners}])[number % {count} + 1]",
    "status": "CASE WHEN number % 100 = 0 THEN 'failed' WHEN number % 100 < 5 THEN 'stopped' ELSE 'completed' END",
    "reason_code": "CASE WHEN number % 100 = 0 THEN 'attempts' WHEN number % 100 < 5 THEN 'price_changed' ELSE '' END",
    "transaction_id": "CASE WHEN number % 100 < 5 THEN NULL ELSE gen_random_uuid() END",
    **{
        name: f"CASE WHEN number % 100 < 5 THEN NULL ELSE {name} END"
        for name in ("gross_units", "fee_units", "net_units", "value_sats")
    },
    **dict.fromkeys(("quoted_at", "confirmed_at", "finished_at"), ENDED),
}


def fill(copied, owners, count):
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, "wallet_conversion")
    names = [column.name for column in table if column.name != "id"]
    keys = ", ".join(str(owner.pk) for owner in owners)
    filled = {**VALUES, "user_id": VALUES["user_id"].format(owners=keys, count=len(owners))}
    values = ", ".join(filled.get(name, name) for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(FILL.format(columns=", ".join(names), values=values, count=count, copied=copied.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE wallet_conversion")
        cursor.execute("SET statement_timeout = '10s'")


@pytest.fixture
def many(market):
    if connection.vendor != "postgresql":
        pytest.skip("it is about PostgreSQL")
    owners = customers("customer", OWNERS)
    first = customers("first", 1, DOGE="1")[0]
    conversions.confirm(user=first, reference=conversions.quote(user=first, codes=["DOGE"]).reference)
    rounds.refresh()
    conversions.settle_round()
    fill(Conversion.objects.completed().get(), owners, size(100_000, 1_000_000))
    return owners


def counted(context):
    """How many rows a list has, or warnings the treasury's page."""
    return context["cl"].result_count if "cl" in context else len(context["warnings"])


def taken(client, address):
    """How many milliseconds a page takes, the median of five."""

    def once():
        began = time.perf_counter()
        assert client.get(address).status_code == 200, address
        return (time.perf_counter() - began) * 1000

    once()
    return statistics.median(once() for _ in range(5))


def test_p20_the_figures_of_the_panel_are_the_rows_of_their_lists_at_very_many_conversions(many, client, figure):
    """P20. How long the pages take is written down (300 ms at the most, on a machine with nothing else to do), not judged."""
    client.force_login(factories.operator())
    page = client.get("/admin/").context["page"]
    listed = "/admin/wallet/conversion/"
    addresses = {"the panel": "/admin/", "all conversions": listed, "a page far back": f"{listed}?p=500"}
    for _, figures in page.groups:
        addresses |= {one.name: one.address for one in figures}
        for one in figures:
            assert counted(client.get(one.address).context) == one.rows, one
    known = Conversion.objects.completed().latest("pk").reference
    addresses |= {"by reference": f"{listed}?q={known}", "by customer": f"{listed}?q={many[7].username}"}
    addresses |= {"by reason": f"{listed}?reason_code=attempts", "stopped ones": f"{listed}?status__exact=stopped"}
    Customer.objects.ensure(many[7])
    addresses |= {"alerts": "/admin/alerts/", "a customer": f"/admin/wallet/customer/{many[7].pk}/change/"}
    measured = {name: taken(client, address) for name, address in addresses.items()}
    figure("; ".join(f"{name}: {length:.0f} ms" for name, length in measured.items()))
