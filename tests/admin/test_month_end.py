"""Month end in the admin: who may see it, what it shows, its files, and why there are none."""

import csv
import io
from datetime import timedelta

import pytest

from tests.support import factories
from tests.support.expectations import ROLES
from tests.support.html import read
from wallet import month_end
from wallet.files.month_end_csv import FILES
from wallet.month_end import Month
from wallet.tasks import audit_ledger

NOVEMBER = Month(2026, 11)
MONTHS = "/admin/wallet/transaction/month-end/"
PAGE = f"{MONTHS}2026-11/"
ADDRESSES = [MONTHS, PAGE, f"{PAGE}balances.csv", f"{PAGE}conversions.csv"]


@pytest.fixture
def audited(operator, world):
    """The operator's browser a day after November's end, when an audit has passed."""
    world.clock.at = NOVEMBER.ends_at + timedelta(days=1)
    audit_ledger()
    return operator


def test_the_transactions_lead_to_the_months_and_those_that_are_final_to_their_figures(audited):
    assert MONTHS in [link["href"] for link in read(audited.get("/admin/wallet/transaction/")).select("a[href]")]
    page = read(audited.get(MONTHS))
    assert [link["href"] for link in page.select("#months a")] == [PAGE]
    assert "2026-12, not final" in page.text


def test_a_month_shows_what_its_files_have(audited):
    page = read(audited.get(PAGE))
    assert "2026-12-02 00:00:00 UTC" in page.select("#audited")[0].text
    for name, file in FILES.items():
        address = f"{PAGE}{name}.csv"
        assert address in [link["href"] for link in page.select("a[href]")]
        response = audited.get(address)
        assert response.content == file.content(month_end.report(NOVEMBER))
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == f'attachment; filename="month-2026-11-{name}.csv"'
        headers, *lines = csv.reader(io.StringIO(response.content.decode(), newline=""))
        assert [cell.text for cell in page.select(f"#{name} th")] == headers
        assert [[cell.text for cell in row.select("td")] for row in page.select(f"#{name} tbody tr")] == lines


@pytest.mark.parametrize("role", ROLES)
def test_p20_whoever_sees_transactions_sees_month_ends_and_nobody_writes(client, world, role):
    """P20: the same right as for the rows that the figures are made of."""
    world.clock.at = NOVEMBER.ends_at + timedelta(days=1)
    audit_ledger()
    client.force_login(factories.operator() if role == "superuser" else factories.staff(role))
    status = 200 if "wallet_transaction" in ROLES[role][0] else 403
    assert {client.get(address).status_code for address in ADDRESSES} == {status}
    assert {client.post(address).status_code for address in ADDRESSES} == {405 if status == 200 else 403}


def test_a_customer_and_nobody_are_led_away(client, world):
    assert {client.get(address).status_code for address in ADDRESSES} == {302}
    client.force_login(world.user)
    assert {client.get(address).status_code for address in ADDRESSES} <= {302, 403}


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("2026-13/", 404, "“2026-13” is no month. Write it like 2026-10."),
        ("10-2026/balances.csv", 404, "“10-2026” is no month."),
        ("2026-11/treasure.csv", 404, "There is no file “treasure”."),
        ("2026-12/", 409, "2026-12 is not final before 2027-01-01 01:00:00 UTC."),
        ("2999-12/balances.csv", 409, "2999-12 is not final before"),
        ("<b>/", 404, "“<b>” is no month."),
    ],
)
def test_why_there_is_none_is_told_in_a_sentence(audited, address, status, says):
    response = audited.get(f"{MONTHS}{address}")
    assert response.status_code == status
    assert says in read(response).select("#refusal")[0].text


def test_while_no_audit_passes_the_page_says_so(audited, world):
    world.clock.tick(hours=2)
    for address in ADDRESSES[1:]:
        response = audited.get(address)
        assert response.status_code == 409
        assert "No audit has passed since 2026-12-02" in read(response).select("#refusal")[0].text
