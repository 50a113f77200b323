"""Every model has its page, and money and its history are read-only there."""

import pytest
from django.apps import apps
from django.contrib import admin

from wallet.models import HouseAccount, HouseBalance

READ_ONLY = ["conversion", "line", "transaction", "entry", "account", "houseaccount", "price", "customer", "pulse"]


def models():
    return [model for model in admin.site._registry if model._meta.app_label == "wallet"]


def test_all_models_are_registered():
    # What the house holds is shown with its accounts.
    assert {*models(), HouseBalance} == {*apps.get_app_config("wallet").get_models(), HouseAccount}


@pytest.mark.parametrize("name", [*READ_ONLY, "asset", "policy", "opening"])
def test_every_list_and_every_row_can_be_opened(operator, name):
    listing = operator.get(f"/admin/wallet/{name}/")
    assert listing.status_code == 200
    model = next(model for model in models() if model._meta.model_name == name)
    for row in admin.site._registry[model].get_queryset(listing.wsgi_request)[:3]:
        assert operator.get(f"/admin/wallet/{name}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_p14_money_and_its_history_are_read_only_for_a_superuser(operator, name):
    """P14: not in the admin; not by its addresses, not by its actions."""
    model = next(model for model in models() if model._meta.model_name == name)
    row = model._default_manager.first()
    before = list(model._default_manager.order_by("pk").values_list())
    assert operator.get(f"/admin/wallet/{name}/add/").status_code == 403
    if row is not None:
        assert (
            operator.post(f"/admin/wallet/{name}/{row.pk}/change/", {"units": "1", "status": "stopped"}).status_code
            == 403
        )
        assert operator.post(f"/admin/wallet/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        operator.post(f"/admin/wallet/{name}/", action)
    assert list(model._default_manager.order_by("pk").values_list()) == before
