"""Every model has its page, and money and its history are read-only there."""

import pytest
from django.apps import apps
from django.contrib import admin

from wallet.models import Count, HouseAccount, HouseBalance, LostAttempt, MonthEnd

READ_ONLY = [
    "conversion",
    "line",
    "transaction",
    "entry",
    "account",
    "houseaccount",
    "price",
    "customer",
    "pulse",
    "venue",
    "marketround",
    "keptoutnumber",
    "staffaction",
    "policy",
    "policywithdrawal",
    "proposal",
    "decision",
]


def test_all_models_are_registered():
    models = apps.get_app_config("wallet").get_models()
    # What the house holds is shown with its accounts, a lost attempt with its conversion, a month's figures by month end.
    # Counts of what was asked have no names, and are soon over.
    assert {model for model in models if not admin.site.is_registered(model)} == {
        HouseBalance,
        LostAttempt,
        MonthEnd,
        Count,
    }
    assert admin.site.is_registered(HouseAccount)


@pytest.mark.parametrize("name", [*READ_ONLY, "asset", "opening"])
def test_every_list_and_every_row_can_be_opened(operator, name):
    page = operator.get(f"/admin/wallet/{name}/")
    assert page.status_code == 200
    for row in admin.site.get_model_admin(apps.get_model("wallet", name)).get_queryset(page.wsgi_request)[:3]:
        address = f"/admin/wallet/{name}/{row.pk}/change/"
        assert operator.get(address).status_code == 200
        assert operator.get(address, {"_to_field": ""}).status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_p14_money_and_its_history_are_read_only_for_a_superuser(operator, name):
    """P14: not in the admin; not by its addresses, not by its actions."""
    model = apps.get_model("wallet", name)
    row = model.objects.first()
    before = list(model.objects.order_by("pk").values_list())
    assert operator.get(f"/admin/wallet/{name}/add/").status_code == 403
    if row is not None:
        assert (
            operator.post(f"/admin/wallet/{name}/{row.pk}/change/", {"units": "1", "status": "stopped"}).status_code
            == 403
        )
        assert operator.post(f"/admin/wallet/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        operator.post(f"/admin/wallet/{name}/", action)
    assert list(model.objects.order_by("pk").values_list()) == before
