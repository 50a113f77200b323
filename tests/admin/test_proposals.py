"""Proposals in the admin: what whoever decides sees, and what they may do; forged POSTs get a sentence (P20)."""

from datetime import timedelta

import pytest

from tests.support import proposing
from tests.support.html import read
from wallet import proposals
from wallet.models import Decision, Opening, Policy


def page(user, asked):
    return read(proposing.browser(user).get(f"/admin/wallet/proposal/{asked.pk}/change/"))


def buttons(user, asked):
    return [button.text for button in page(user, asked).select("#decision button")]


def decide(user, asked, deed, **fields):
    """What the next page says."""
    address = f"/admin/wallet/proposal/{asked.pk}/decide/"
    return read(proposing.browser(user).post(address, {"deed": deed, **fields}, follow=True)).text


def rows(user, asked):
    return [[cell.text for cell in row.elements] for row in page(user, asked).select("#decision tbody tr")]


def test_an_approver_sees_it_as_it_was_as_it_is_and_as_it_would_be(world, paula, ada, asked):
    assert ["Service fee (%)", "0", "0", "1"] in rows(ada, asked)
    other = proposing.proposed(paula, world.clock(), after=timedelta(hours=3), fee_percent="2")
    proposals.approve(by=ada, proposal=asked.pk)
    assert ["Service fee (%)", "0", "1 (has changed)", "2"] in rows(ada, other)
    assert "Things have changed since this was proposed" in page(ada, other).text
    assert "Things have changed" in decide(ada, other, "approve")
    assert "Refused." in decide(ada, other, "refuse", reason="Old.")
    assert ["Service fee (%)", "0", "2"] in rows(ada, other)
    assert "Refused by ada at 2026-11-22 14:32:07 UTC. Old." in page(paula, other).text


def test_each_has_the_buttons_of_what_they_may_do(world, paula, ada, asked):
    assert buttons(paula, asked) == ["Take back"]
    assert buttons(ada, asked) == ["Approve", "Refuse"]
    assert buttons(proposing.staff("vera", "view_proposal"), asked) == []
    world.clock.tick(hours=24)
    assert buttons(ada, asked) == []
    assert "Lapsed at 2026-11-23 14:32:07 UTC" in page(ada, asked).text


@pytest.mark.parametrize(
    ("who", "deed", "words"),
    [
        ("paula", "approve", "You have no right to decide on this."),
        ("root", "approve", "You proposed this yourself: another operator has to approve it."),
        ("root", "refuse", "You proposed this yourself: take it back instead."),
        ("vera", "approve", "You have no right to decide on this."),
        ("vera", "refuse", "You have no right to decide on this."),
        ("ada", "take_back", "Only who proposed this can take it back"),
        ("ada", "refuse", "Say why you refuse it."),
    ],
)
def test_p20_a_forged_post_gets_a_sentence_and_has_no_effect(world, paula, ada, asked, who, deed, words):
    """P20: whatever button was shown."""
    paula.is_superuser = who == "root"
    paula.save()
    people = {"paula": paula, "root": paula, "ada": ada, "vera": proposing.staff("vera", "view_proposal")}
    assert words in decide(people[who], asked, deed, **({"reason": "No."} if who != "ada" else {"reason": "  "}))
    assert not Decision.objects.exists()
    assert Policy.objects.count() == 1


def test_twice_is_once(ada, asked):
    assert "Approved." in decide(ada, asked, "approve")
    assert "decided on this already: approved" in decide(ada, asked, "approve")
    assert Policy.objects.count() == 2


@pytest.mark.parametrize("deed", ["", "delete", "propose"])
def test_another_deed_is_not_there(ada, asked, deed):
    client = proposing.browser(ada)
    assert client.post(f"/admin/wallet/proposal/{asked.pk}/decide/", {"deed": deed}).status_code == 404
    assert client.get(f"/admin/wallet/proposal/{asked.pk}/decide/").status_code == 405
    assert not Decision.objects.exists()


def test_who_may_see_no_proposal_decides_on_none(world, asked):
    nobody = proposing.browser(proposing.staff("norbert"))
    assert nobody.post(f"/admin/wallet/proposal/{asked.pk}/decide/", {"deed": "approve"}).status_code == 403


def test_p20_after_the_breaker_one_person_proposes_to_open_and_another_approves(world, paula, ada, operator, text):
    """P20: the record that opens is refused there, with the way on; one that closes is not."""
    path = "/admin/wallet/proposal/propose/resume/"
    client = proposing.browser(paula)
    assert "has not closed conversions" in text(client.post(path, {"reason": "Open.", "propose": "Propose"}))
    proposing.breaker_closes()
    refused = operator.post("/admin/wallet/opening/add/", {"is_open": "on", "reason": "Looked."})
    assert "A guard closed conversions. Propose to open them" in text(refused)
    assert operator.post("/admin/wallet/opening/add/", {"notice": "Longer."}).status_code == 302
    assert not Opening.objects.filter(is_open=True).exists()
    assert "Too much was paid." in text(client.post(path, {"reason": "Looked.", "preview": "Preview"}))
    asked = client.post(path, {"reason": "Looked.", "propose": "Propose"})["Location"].split("/")[-3]
    answer = proposing.browser(ada).post(f"/admin/wallet/proposal/{asked}/decide/", {"deed": "approve"}, follow=True)
    assert "Approved." in text(answer)
    assert Opening.objects.service(world.clock()).is_open
    assert operator.post("/admin/wallet/opening/add/", {"notice": "Back soon."}).status_code == 302
    assert operator.post("/admin/wallet/opening/add/", {"is_open": "on"}).status_code == 302


def test_the_list_says_what_became_of_each_and_leads_to_what_may_be_proposed(world, paula, ada, asked):
    proposing.proposed(paula, world.clock(), after=timedelta(days=2), fee_percent="2")
    proposals.approve(by=ada, proposal=asked.pk)
    found = read(proposing.browser(paula).get("/admin/wallet/proposal/"))
    assert [cell.text for cell in found.select(".field-standing")] == ["Waits", "Approved by ada"]
    addresses = [link["href"] for link in found.select("#ways a")]
    assert addresses == ["/admin/wallet/proposal/propose/policy/", "/admin/wallet/proposal/propose/resume/"]
    assert read(proposing.browser(ada).get("/admin/wallet/proposal/")).select("#ways a") == []
    world.clock.tick(days=1)
    assert "Lapsed" in read(proposing.browser(paula).get("/admin/wallet/proposal/")).text
