"""What operators see. Money and its history are read-only for everybody; corrections are new entries, not edits.

A model's page is in the module that has the name of the model's own: wallet/models/assets.py has Asset, and
wallet/admin/assets.py its page. A column is a name in `list_display`: a field of the model, or a method of the page below it.
"""

from django.contrib import admin

from wallet.admin import (
    assets,
    conversions,
    customers,
    ledger,
    market,
    opening,
    outbox,
    policy,
    proposals,
    pulse,
    staff_actions,
    treasury,
    users,
    venue,
)

__all__ = [
    "assets",
    "conversions",
    "customers",
    "ledger",
    "market",
    "opening",
    "outbox",
    "policy",
    "proposals",
    "pulse",
    "staff_actions",
    "treasury",
    "users",
    "venue",
]

admin.site.disable_action("delete_selected")  # many rows in one press, of which the log would say nothing (P20)
