import pytest

from wallet.models import Opening


def test_closing_needs_a_notice(operator, text):
    assert "Write the notice" in text(operator.post("/admin/wallet/opening/add/", {"notice": ""}))
    assert operator.post("/admin/wallet/opening/add/", {"notice": "Back at 16:00 UTC."}).status_code == 302
    opening = Opening.objects.get()
    assert (opening.is_open, opening.created_by.username) == (False, "admin")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_at_1": "16:00"}, "The closing must end after it begins."),
        ({"closes_at_1": "18:00"}, "The closing must end after it begins."),
        ({"reopens_at_0": "2026-11-22", "reopens_at_1": "14:00"}, "This moment is over."),
        ({"reopens_at_1": "25:00"}, "Enter a valid time."),
        ({"is_open": "on"}, "An opening takes effect at once: leave both times empty"),
        ({"notice": ""}, "Write the notice that customers read"),
    ],
)
def test_a_planned_closing_that_cannot_be_is_refused_in_words(operator, text, fields, words):
    planned = {"notice": "We are moving.", "closes_at_0": "2026-11-23", "closes_at_1": "14:00"}
    planned |= {"reopens_at_0": "2026-11-23", "reopens_at_1": "16:00"}
    assert words in text(operator.post("/admin/wallet/opening/add/", planned | fields))
    assert not Opening.objects.exists()
    assert operator.post("/admin/wallet/opening/add/", planned).status_code == 302
    assert str(Opening.objects.get().closes_at) == "2026-11-23 14:00:00+00:00"


def test_an_opening_is_never_changed_here(operator):
    opening = Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    assert operator.post(f"/admin/wallet/opening/{opening.pk}/change/", {"is_open": "on"}).status_code == 403
    assert operator.post(f"/admin/wallet/opening/{opening.pk}/delete/", {"post": "yes"}).status_code == 403
