"""Policy versions in the admin: proposed, previewed, approved, withdrawn; never made or changed directly (P20)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import factories, proposing
from tests.support.html import read
from wallet import proposals
from wallet.models import Policy, PolicyWithdrawal, Proposal

PROPOSE = "/admin/wallet/proposal/propose/policy/"
CHANGES = {"dust_limit_btc": "0.002", "interval_seconds": "14400", "breaker_bnb": "750.5"}


def form(client):
    """What the form sends as it is shown."""
    page = read(client.get(PROPOSE))
    texts = {one["name"]: one.get("value") or "" for one in page.select("input") if one.get("type") == "text"}
    return {**texts, "price_side": "book", "second_factor": "none", "reason": "More dust.", **CHANGES}


def test_p20_a_version_goes_from_form_to_preview_to_proposal_to_approval(world, paula, ada, text):
    """P20: it begins with the figures of the newest one, and takes effect at its moment, not before."""
    client = proposing.browser(paula)
    sent = form(client)
    assert (sent["tolerance_percent"], sent["effective_from"]) == ("5", "2026-11-23 14:32")
    preview = read(client.post(PROPOSE, {**sent, "preview": "Preview"}))
    assert not Proposal.objects.exists()
    rows = [[cell.text for cell in row.elements] for row in preview.select("table tbody tr")]
    assert ["Dust limit (BTC)", "0.0012", "0.002"] in rows
    assert "Below 0.0012 BTC there are now 3 balances" in preview.text
    answer = client.post(PROPOSE, {**sent, "propose": "Propose"})
    asked = Proposal.objects.get()
    assert answer["Location"] == f"/admin/wallet/proposal/{asked.pk}/change/"
    assert "Waits for another operator until 2026-11-23 14:32:07 UTC." in text(client.get(answer["Location"]))
    assert Policy.objects.count() == 1
    other = proposing.browser(ada)
    assert "Approve" in text(other.get(answer["Location"]))
    decided = other.post(f"/admin/wallet/proposal/{asked.pk}/decide/", {"deed": "approve"}, follow=True)
    assert "Approved by ada at 2026-11-22 14:32:07 UTC." in text(decided)
    made = Policy.objects.newest()
    assert (made.dust_limit_btc, made.interval_seconds, made.created_by) == (Decimal("0.002"), 14_400, paula)
    assert Policy.objects.current() == world.policy
    world.clock.at = made.effective_from
    assert Policy.objects.current() == made


def test_the_first_version_has_been_in_force_from_the_beginning(paula):
    found = read(proposing.browser(paula).get("/admin/wallet/policy/"))
    assert found.find(".field-in_force").text == "the beginning"


def test_p20_the_typo_is_refused_in_words_beside_each_figure(paula, text):
    """P20: nothing is proposed, and what was written stays there."""
    client = proposing.browser(paula)
    page = client.post(PROPOSE, {**form(client), **proposing.TYPO, "confirms": "on", "propose": "Propose"})
    assert page.status_code == 422
    assert "Dust limit (BTC): 1.2 is above the bound of 0.01." in text(page)
    assert set(page.context["form"].errors) == set(proposing.TYPO)
    assert read(page).find("#id_dust_limit_btc")["value"] == "1.2"
    assert not Proposal.objects.exists()


def test_a_large_move_is_proposed_only_with_its_tick(paula, text):
    client = proposing.browser(paula)
    sent = {**form(client), "interval_seconds": "3600", "propose": "Propose"}
    page = client.post(PROPOSE, sent)
    assert "Time between conversions (seconds) goes from 21600 to 3600: less than half of what it is." in text(page)
    assert not Proposal.objects.exists()
    assert client.post(PROPOSE, {**sent, "confirms": "on"}).status_code == 302
    assert Proposal.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"dust_limit_btc": "0"},
        {"dust_limit_btc": "NaN"},
        {"dust_limit_btc": "1e99"},
        {"dust_limit_btc": "1_0"},
        {"tolerance_percent": "0"},
        {"fee_percent": "100.5"},
        {"fee_percent": "-1"},
        {"quote_seconds": "0"},
        {"price_age_seconds": "100000000000"},
        {"breaker_bnb": "0.000000001"},
        {"price_side": "none"},
        {"effective_from": "2026-11-22 14:32"},
        {"effective_from": "x" * 41},
        {"reason": ""},
        {"reason": "   "},
        {"reason": "x" * 201},
        {"evidence": "x" * 501},
        {"reason": "a\x00b"},
    ],
)
def test_an_unreasonable_policy_is_refused_in_words(paula, changes):
    client = proposing.browser(paula)
    page = client.post(PROPOSE, {**form(client), **changes, "propose": "Propose"})
    assert page.status_code in (400, 422)
    if page.status_code == 422:
        assert set(page.context["form"].errors) == set(changes)
    assert not Proposal.objects.exists()


def test_versions_are_never_made_or_changed_here(operator):
    policy = Policy.objects.current()
    assert operator.get("/admin/wallet/policy/add/").status_code == 403
    assert operator.post("/admin/wallet/policy/add/", {"reason": "Now."}).status_code == 403
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/change/", {"reason": "Now."}).status_code == 403
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Policy.objects.count() == 1


def test_a_version_to_come_is_withdrawn_by_one_person_with_a_reason(world, operator, paula, ada, text):
    proposals.approve(by=ada, proposal=proposing.proposed(paula, world.clock()).pk)
    pending = Policy.objects.newest()
    address = f"/admin/wallet/policy/{pending.pk}/withdraw/"
    assert address in [
        link["href"] for link in read(operator.get(f"/admin/wallet/policy/{pending.pk}/change/")).select("a")
    ]
    assert "withdraw/" not in operator.get(f"/admin/wallet/policy/{world.policy.pk}/change/").content.decode()
    assert operator.post(address, {"reason": " "}).status_code == 422
    assert not PolicyWithdrawal.objects.exists()
    assert "Version 2 will not take effect." in text(
        operator.post(address, {"reason": "A typo."}, follow=True)
    ).replace(str(pending), "Version 2")
    assert PolicyWithdrawal.objects.get().created_by.username == "admin"
    assert "was withdrawn already" in text(operator.post(address, {"reason": "A typo."}))
    assert "never: withdrawn" in text(operator.get("/admin/wallet/policy/"))


@pytest.mark.parametrize("number", ["7", "99999999999999999999"])
def test_what_is_not_there_is_not_found(operator, number):
    assert operator.get(f"/admin/wallet/policy/{number}/withdraw/").status_code == 404
    assert operator.post(f"/admin/wallet/proposal/{number}/decide/", {"deed": "approve"}).status_code == 404


@pytest.mark.parametrize("path", [PROPOSE, "/admin/wallet/proposal/propose/resume/"])
def test_p20_who_may_not_propose_gets_no_form(ada, path):
    client = proposing.browser(ada)
    assert client.get(path).status_code == 403
    assert client.post(path, {"reason": "Now."}).status_code == 403
    assert client.get("/admin/wallet/policy/1/withdraw/").status_code == 403


def test_lists_ask_the_database_as_often_for_one_row_as_for_ten(world, operator, paula, ada, queries):
    def counts():
        paths = ["/admin/wallet/policy/", "/admin/wallet/proposal/", "/admin/wallet/decision/"]
        return [len(queries(operator.get, path)) for path in paths]

    proposals.approve(by=ada, proposal=proposing.proposed(paula, world.clock()).pk)
    proposing.proposed(paula, world.clock(), after=timedelta(hours=9), fee_percent="2")
    operator.get("/admin/wallet/policy/")
    before = counts()
    for hour in range(3, 7):
        asked = proposing.proposed(paula, world.clock(), after=timedelta(hours=hour), fee_percent=f"1.{hour}")
        proposals.approve(by=ada, proposal=asked.pk)
        factories.deposit(world.user, "DOGE", str(hour))
    assert counts() == before
