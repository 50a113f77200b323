from decimal import Decimal

import pytest

from wallet.models import Policy

POLICY = {
    "dust_limit_btc": "0.002",
    "interval_seconds": 3600,
    "tolerance_percent": "4",
    "fee_percent": "1.5",
    "quote_seconds": 45,
    "price_age_seconds": 60,
    "longest_wait_seconds": 120,
    "breaker_bnb": "250.5",
    "reason": "More dust.",
}


def test_a_policy_version_starts_from_the_one_in_force_and_is_signed(operator):
    page = operator.get("/admin/wallet/policy/add/")
    assert str(page.context["adminform"].form["dust_limit_btc"].value()) == "0.00120000"
    assert operator.post("/admin/wallet/policy/add/", POLICY).status_code == 302
    newest = Policy.objects.current()
    assert (newest.dust_limit_btc, newest.interval_seconds, newest.created_by.username) == (
        Decimal("0.002"),
        3600,
        "admin",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"dust_limit_btc": "0"},
        {"dust_limit_btc": "NaN"},
        {"dust_limit_btc": "1e99"},
        {"tolerance_percent": "0"},
        {"fee_percent": "100.5"},
        {"fee_percent": "-1"},
        {"quote_seconds": "0"},
        {"price_age_seconds": "100000000000"},
        {"interval_seconds": "-1"},
        {"breaker_bnb": "0"},
        {"breaker_bnb": "-1"},
        {"breaker_bnb": "NaN"},
        {"breaker_bnb": "10000000"},
        {"breaker_bnb": "0.000000001"},
        {"interval_seconds": "99999999999"},
        {"reason": ""},
    ],
)
def test_an_unreasonable_policy_is_refused_in_words(operator, changes):
    page = operator.post("/admin/wallet/policy/add/", POLICY | changes)
    assert page.status_code == 200
    assert set(page.context["adminform"].form.errors) == set(changes)
    assert Policy.objects.count() == 1


def test_versions_are_never_changed_here(operator):
    policy = Policy.objects.current()
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/change/", POLICY).status_code == 403
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/delete/", {"post": "yes"}).status_code == 403
