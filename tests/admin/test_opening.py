import pytest

from wallet.database import clock
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
        ({"closes_at_0": "2026-11-21", "closes_at_1": "14:00"}, "Leave it empty to close from now on"),
        ({"closes_at_0": "0001-01-01", "closes_at_1": "00:00"}, "Leave it empty to close from now on"),
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


def test_an_operator_may_write_a_reason_and_never_in_the_breakers_name(operator, text):
    planned = {"notice": "We are moving.", "reason": "Data centre.", "cause": "breaker"}
    assert operator.post("/admin/wallet/opening/add/", planned).status_code == 302
    opening = Opening.objects.get()
    assert (opening.cause, opening.reason, opening.created_by.username) == ("operator", "Data centre.", "admin")
    assert 'name="cause"' not in operator.get("/admin/wallet/opening/add/").content.decode()


def test_the_list_says_who_closed_and_why_and_a_person_opens(operator, text):
    Opening.objects.create(is_open=False, notice="We look.", cause="breaker", reason="Too much was paid.")
    page = text(operator.get("/admin/wallet/opening/"))
    assert "House breaker" in page
    assert "Too much was paid." in page
    Opening.objects.create(is_open=True)
    Opening.objects.create(is_open=False, notice="We are moving.")
    assert operator.post("/admin/wallet/opening/add/", {"is_open": "on", "reason": "Moved."}).status_code == 302
    assert Opening.objects.service(clock.now()).is_open


def test_an_opening_is_never_changed_here(operator):
    opening = Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    assert operator.post(f"/admin/wallet/opening/{opening.pk}/change/", {"is_open": "on"}).status_code == 403
    assert operator.post(f"/admin/wallet/opening/{opening.pk}/delete/", {"post": "yes"}).status_code == 403
