"""What the mails about conversions say: the receipt's own figures, in words, as text and as HTML."""

import re

import pytest
from django.utils import translation

from tests.support import factories
from wallet import formats
from wallet.models import Asset, Conversion
from wallet.pages import letters, receipts

SENDER = receipts.Sender("Dust Exchange", "https://dust.example.com", "https://dust.example.com/mails/stop/x/")


def receipt_of(conversion):
    lines = list(conversion.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code"))
    return receipts.receipt(Conversion.objects.get(pk=conversion.pk), lines, "mira", SENDER)


def both(letter):
    """Its text and its HTML."""
    mail = letters.message(letter, "mira@example.com", site_url=SENDER.site_url, headers={})
    return mail.body, mail.alternatives[0][0]


def test_a_receipt_has_the_figures_of_its_page(world, signed_in, text):
    world.observe(DOGE="0.000002", ETH="0.05")
    done = world.settled("DOGE", "ETH", DOGE="0.00000201")
    letter = receipt_of(done)
    page = text(signed_in.get(f"/conversions/{done.reference}/"))
    assert letter.subject == f"You received {formats.coin(done.net_units)} BNB"
    assert letter.subject in page
    lines = list(done.lines.select_related("asset"))
    for line in lines:
        words = next(one for one in letter.details if f" {line.asset.code}: " in one)
        for figure in (
            formats.exact_amount(line.units, line.asset.scale),
            formats.coin(line.net_units),
            formats.coin(line.quoted_net_units),
        ):
            assert figure in words
            assert figure in page
    assert "Fee: None" in letter.details
    assert f"Reference: {done.reference}" in letter.details
    assert letter.button.address == f"https://dust.example.com/conversions/{done.reference}/"


def test_a_fee_is_said(world):
    factories.policy(fee_percent="1")
    done = world.settled("DOGE")
    assert done.fee_units
    assert f"Fee: {formats.coin(done.fee_units)} BNB" in receipt_of(done).details


def test_one_that_was_stopped_says_why_and_that_nothing_is_lost(world):
    stopped = world.settled("DOGE", DOGE="0.000003")
    letter = receipt_of(stopped)
    assert letter.subject == "Nothing was converted"
    words = " ".join(letter.sentences)
    assert "The price of DOGE in BNB moved 50.00%." in words
    assert "We took nothing, and this didn’t use up your wait of 6 hours." in words
    assert "100 DOGE: not converted" in letter.details
    assert not any("received" in line for line in letter.details)


def test_of_prices_that_moved_too_far_the_one_that_moved_most_is_named(world):
    letter = receipt_of(world.settled("DOGE", "ETH", DOGE="0.0000018", ETH="0.06"))  # −10% and +20%
    assert "The price of ETH in BNB moved 20.00%." in letter.sentences


def test_one_that_was_given_up_says_so(world):
    conversion = world.confirmed("DOGE")
    Conversion.objects.filter(pk=conversion.pk).update(attempts=5)
    factories.sweep()
    letter = receipt_of(Conversion.objects.get(pk=conversion.pk))
    assert letter.subject == "We couldn’t convert your balances"
    assert "Nothing was taken from your wallet." in letter.sentences


def test_what_staff_wrote_is_text_in_html(world):
    """The reason of a pause is typed by people."""
    conversion = world.confirmed("DOGE")
    Asset.objects.filter(code="DOGE").update(conversions_paused=True, pause_reason="<script>x</script> & more")
    stopped = world.settle(conversion)
    plain, html = both(receipt_of(stopped))
    assert "<script>x</script> & more" in plain
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt; &amp; more" in html


@pytest.mark.parametrize("kind", ["completed", "stopped", "again"])
def test_a_mail_loads_nothing_runs_nothing_and_says_how_to_stop_it(world, kind):
    done = world.settled("DOGE", DOGE="0.000003" if kind == "stopped" else "0.000002")
    letter = receipts.again(3, SENDER) if kind == "again" else receipt_of(done)
    plain, html = both(letter)
    for loads in ("<img", "<script", "<link", "src=", "url(", "@import", "style="):
        assert loads not in html
    for part in (plain, html):
        assert "https://dust.example.com/mails/stop/x/" in part
        assert "Stop these mails" in part
        assert set(addresses(part)) <= {"https://dust.example.com"}


def addresses(part):
    """Where each link in it leads, without its path."""
    return ["/".join(word.split("/")[:3]).rstrip("<") for word in re.split(r'["\s>]', part) if "://" in word]


def test_both_parts_say_the_same(world):
    plain, html = both(receipt_of(world.settled("DOGE", "ETH")))
    for line in receipt_of(Conversion.objects.get()).details:
        assert line in plain
        assert line in html


def test_in_german_every_sentence_is_german(world):
    done = world.settled("DOGE")
    with translation.override("de"):
        letter = receipt_of(done)
        plain, html = both(letter)
        again = both(receipts.again(1, SENDER))[0]
    assert "Sie haben bei Dust Exchange ein Kleinguthaben umgewandelt." in plain
    assert "Gebühr:" in plain
    assert f"Referenz: {done.reference}" in plain
    assert '<html lang="de">' in html
    assert "1 Kleinguthaben kann in BNB umgewandelt werden." in again
    for english in ("You ", "Your ", "Fee", "Stop these"):
        assert english not in plain + again


def test_mails_about_accounts_have_no_link_that_stops_them(db):
    mail = letters.Letter("A subject", ["A sentence."])
    plain, html = both(mail)
    assert "mails/stop" not in plain + html
    assert plain.startswith("A sentence.\n")
