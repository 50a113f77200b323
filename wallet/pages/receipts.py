"""What the mails about conversions say: the receipt of one that ended, and that the wait is over. No secrets, no pixels."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wallet import formats
from wallet.models import Conversion, Line, OutboxMail
from wallet.pages.buttons import Button
from wallet.pages.letters import Letter
from wallet.pages.terms import terms


@dataclass(frozen=True, slots=True)
class Sender:
    """The site that writes, where its pages begin, and the link that stops such mails for this customer."""

    site_name: str
    site_url: str
    stop_address: str

    @property
    def stop(self) -> Button:
        return Button(_("Stop these mails"), self.stop_address)

    def address(self, name: str, *args: str) -> str:
        return self.site_url + reverse(name, args=args)


def receipt(conversion: Conversion, lines: list[Line], account: str, sender: Sender) -> Letter:
    """The receipt's figures, for whoever converted."""
    subject, sentences = _told(conversion, lines, sender)
    return Letter(
        subject,
        sentences,
        Button(_("Open the receipt"), sender.address("conversion", conversion.reference)),
        details=[*_figures(conversion, lines), *_record(conversion, account)],
        notes=[
            _("If it wasn’t you, choose a new password at once."),
            _("You get a receipt of every conversion, as your settings say."),
        ],
        stop=sender.stop,
    )


def again(count: int, sender: Sender) -> Letter:
    """That the wait is over, and so many balances could be converted."""
    words = ngettext(
        "Your wait at %(site)s is over, and you have %(count)s small balance that can be converted to BNB.",
        "Your wait at %(site)s is over, and you have %(count)s small balances that can be converted to BNB.",
        count,
    )
    return Letter(
        _("You can convert again"),
        [words % {"site": sender.site_name, "count": count}],
        Button(_("Convert small balances"), sender.address("dust")),
        notes=[_("You asked in your settings to be told.")],
        stop=sender.stop,
    )


def kind_words(kind: OutboxMail.Kind) -> str:
    """A kind of mail by its name."""
    return {OutboxMail.Kind.RECEIPT: _("Receipts of conversions"), OutboxMail.Kind.AGAIN: _("You can convert again")}[
        kind
    ]


def _told(conversion: Conversion, lines: list[Line], sender: Sender) -> tuple[str, list[str]]:
    """What came of it, as a subject and as sentences."""
    if conversion.is_completed:
        assert conversion.net_units is not None
        words = ngettext(
            "You converted a small balance at %(site)s. The BNB is in your Fiat and Spot wallet.",
            "You converted small balances at %(site)s. The BNB is in your Fiat and Spot wallet.",
            len(lines),
        )
        subject = _("You received {amount} BNB").format(amount=formats.coin(conversion.net_units))
        worth = formats.worth(conversion.received_worth, conversion.currency)
        valued = [_("Worth %(worth)s when it was converted.") % {"worth": worth}] if worth else []
        return subject, [words % {"site": sender.site_name}, *valued]
    reason = [words for words in conversion.told.words if words]
    began = _("You confirmed a conversion at %(site)s.") % {"site": sender.site_name}
    if conversion.is_stopped:
        assured = _("We took nothing, and this didn’t use up your wait of %(interval)s.")
        return _("Nothing was converted"), [began, *reason, assured % {"interval": terms(conversion.policy).interval}]
    return _("We couldn’t convert your balances"), [began, _("Nothing was taken from your wallet."), *reason]


def _figures(conversion: Conversion, lines: list[Line]) -> list[str]:
    """A line for each balance, the largest first, and what they come to."""
    if not conversion.is_completed:
        pattern = _("%(amount)s %(code)s: not converted")
        return [pattern % {"amount": _amount(line), "code": line.asset.code} for line in lines]
    pattern = _("%(amount)s %(code)s: %(received)s BNB (estimate: %(estimate)s)")
    each = [
        pattern
        % {
            "amount": _amount(line),
            "code": line.asset.code,
            "received": formats.coin(line.net_units or 0),
            "estimate": formats.coin(line.quoted_net_units),
        }
        for line in lines
    ]
    fee = f"{formats.coin(conversion.fee_units)} BNB" if conversion.fee_units else pgettext("fee", "None")
    pattern = _("You received: %(received)s BNB (estimate: %(estimate)s)")
    received, estimate = formats.coin(conversion.net_units or 0), formats.coin(conversion.quoted_net_units)
    return [*each, _("Fee: %(fee)s") % {"fee": fee}, pattern % {"received": received, "estimate": estimate}]


def _record(conversion: Conversion, account: str) -> list[str]:
    assert conversion.confirmed_at is not None
    assert conversion.finished_at is not None
    ended = _("Converted: %(at)s") if conversion.is_completed else _("Ended: %(at)s")
    return [
        _("Confirmed: %(at)s") % {"at": formats.full_time(conversion.confirmed_at)},
        ended % {"at": formats.full_time(conversion.finished_at)},
        _("Reference: %(reference)s") % {"reference": conversion.reference},
        _("Account: %(name)s") % {"name": account},
    ]


def _amount(line: Line) -> str:
    return formats.exact_amount(line.units, line.asset.scale)
