"""Money by operators, through the pages alone: no shell is needed (P20)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support import factories, proposing
from tests.support.html import read
from wallet.models import Proposal, StaffMovement, Transaction

DOGE = 10**6
WHY = {"reason": "A slip.", "evidence": "T-1"}


def address(kind):
    return f"/admin/wallet/proposal/propose/{kind}/"


def approve(user, asked):
    page = proposing.browser(user).post(f"/admin/wallet/proposal/{asked.pk}/decide/", {"deed": "approve"}, follow=True)
    return read(page).text


@pytest.mark.parametrize(
    ("kind", "after"), [("deposit", 112.5), ("withdrawal", 60), ("correction", 97), ("reversal", 0)]
)
def test_p20_each_is_previewed_proposed_and_approved_by_another(world, tilda, rick, kind, after):
    client, fields = proposing.browser(tilda), {**proposing.MOVEMENTS[kind], **WHY}
    preview = read(client.post(address(kind), {**fields, "preview": "Preview"}))
    balance = [[cell.text for cell in row.elements] for row in preview.select("#preview tbody tr")][-1]
    assert balance == ["Balance", "100.000000", f"{after:.6f}"]
    assert not Proposal.objects.exists()
    assert client.post(address(kind), {**fields, "propose": "Propose"}).status_code == 302
    assert "Approved." in approve(rick, Proposal.objects.get())
    assert factories.balance(world.user, "DOGE") == after * DOGE
    page = read(client.get(f"/admin/wallet/transaction/{StaffMovement.objects.get().transaction_id}/change/"))
    assert "A slip." in page.text and "T-1" in page.text


def test_a_wrong_field_is_named_and_nothing_is_proposed(world, tilda, text):
    fields = {**proposing.MOVEMENTS["deposit"], **WHY, "amount": "1e5", "propose": "Propose"}
    response = proposing.browser(tilda).post(address("deposit"), fields)
    assert response.status_code == 422
    assert "“1e5” is not an amount." in text(response)
    assert not Proposal.objects.exists()


def test_a_deposits_page_leads_to_its_reversal_and_fills_the_form(world, tilda, rick):
    deposit = Transaction.objects.get(reference="mira-DOGE-100")
    shown = f"/admin/wallet/transaction/{deposit.pk}/change/"
    client = proposing.browser(tilda)
    (link,) = [one["href"] for one in read(client.get(shown)).select(".field-back a")]
    assert read(proposing.browser(rick).get(shown)).select(".field-back a") == []
    page = read(client.get(link))
    approve(rick, proposing.movement(tilda, "reversal"))
    assert "was reversed" in read(client.get(shown)).text
    assert page.select("#id_deposit")[0]["value"] == "mira-DOGE-100"


def upload(client, content, **fields):
    sent = SimpleUploadedFile("monday.csv", content.encode(), "text/csv")
    return client.post(address("file"), {**WHY, "file": sent, **fields})


def test_p20_a_file_is_previewed_and_goes_along_to_the_proposal(world, tilda, rick):
    client = proposing.browser(tilda)
    preview = read(upload(client, "reference,user,asset,amount\r\nR1,mira,DOGE,1.5\r\n", preview="Preview"))
    assert "Deposit, DOGE 1 rows, together 1.5" in preview.text
    (content,) = preview.select("input[name=content]")
    sent = client.post(address("file"), {**WHY, "content": content["value"], "propose": "Propose"})
    assert sent.status_code == 302
    assert "Row 2: deposit, 1.5 DOGE, mira, R1." in read(client.get(sent["Location"])).text
    assert "Approved." in approve(rick, Proposal.objects.get())
    assert factories.balance(world.user, "DOGE") == 101.5 * DOGE


@pytest.mark.parametrize("content", ["", "a;b\n", "reference,user,asset,amount\nR1,nobody,DOGE,1\n", "\0" * 9])
def test_a_wrong_file_is_refused_in_words(world, tilda, content):
    response = upload(proposing.browser(tilda), content, propose="Propose")
    assert response.status_code == 422
    assert any(words in read(response).text for words in ("Row ", "parted by semicolons", "file is empty."))
    assert not Proposal.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(world, tilda, text):
    said = "reference,user,asset,amount\n" + "R1,mira,DOGE,1\n" * 40_000
    assert "The file has more than 500,000 bytes" in text(upload(proposing.browser(tilda), said, propose="Propose"))
    assert upload(proposing.browser(tilda), said * 2, propose="Propose").status_code == 413


def test_no_other_page_takes_a_file(world, tilda):
    sent = SimpleUploadedFile("monday.csv", b"x", "text/csv")
    assert proposing.browser(tilda).post(address("deposit"), {**WHY, "file": sent}).status_code == 413
