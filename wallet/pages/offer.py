"""The wallet's card that leads to the conversion of small balances, or says why there is none now."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats
from wallet.eligibility import Eligibility
from wallet.models.opening import Closure
from wallet.pages import markup
from wallet.pages.buttons import Button
from wallet.pages.standstill import again_at
from wallet.pages.terms import terms
from wallet.portfolio import Portfolio
from wallet.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Offer:
    """`share` says what the small balances are worth, and how much of the wallet that is. `has_reasons`: the dust page
    says why there are none.

    `ask_again_seconds`: when a page that stays open asks for the card anew, because the wait is over; `say` is heard then.
    """

    heading: str
    words: str
    button: Button | None = None
    share: str = ""
    has_reasons: bool = False
    ask_again_seconds: int | None = None
    say: str = ""


def offer(portfolio: Portfolio, state: Eligibility, *, converting: int) -> Offer:
    """What the card says now; `converting` is how many balances the conversion in progress has."""
    card = _card(portfolio, state, converting)
    if state.may_convert:
        return replace(card, say=_("You can convert again now."))
    return card if state.in_progress else replace(card, ask_again_seconds=state.wait_seconds)


def _card(portfolio: Portfolio, state: Eligibility, converting: int) -> Offer:
    if state.service.closure:
        return _paused(state.service.closure, state.now)
    if state.in_progress:
        return _converting(state.in_progress.reference, converting)
    if portfolio.bnb_price is None:
        return _unpriced(portfolio.bnb_refusal)
    if not portfolio.convertible:
        return _nothing(portfolio)
    return _waiting(portfolio, state.until_at) if state.until_at else _convertible(portfolio)


def _paused(closure: Closure, now: datetime) -> Offer:
    again = again_at(closure.reopens_at, now) if closure.reopens_at else ""
    words = markup.joined(again, closure.notice, _("Your balances are not affected."))
    return Offer(_("Conversions are paused"), words)


def _converting(reference: str, count: int) -> Offer:
    heading = ngettext("Converting %(count)s balance…", "Converting %(count)s balances…", count) % {"count": count}
    button = Button(_("View progress"), reverse("conversion", args=[reference]))
    return Offer(heading, _("You can leave this page. We’ll keep going."), button)


def _unpriced(why: Refusal | None) -> Offer:
    """`why` BNB has no price, where that is known."""
    button = Button(_("See balances"), reverse("dust"), is_second=True)
    if why:
        detail = markup.joined(why.words.detail, _("Your balances are not affected."))
        return Offer(_("Small balances can’t be converted now"), detail, button)
    words = _(
        "Small balances can’t be converted without current prices. Try again in a few minutes."
        " Your balances are not affected."
    )
    return Offer(_("Prices are unavailable"), words, button)


def _nothing(portfolio: Portfolio) -> Offer:
    limit = terms(portfolio.policy).limit
    words = _("A balance appears here when it’s worth less than %(limit)s BTC.") % {"limit": limit}
    return Offer(_("You have no small balances to convert"), words, has_reasons=bool(portfolio.refused))


def _waiting(portfolio: Portfolio, until_at: datetime) -> Offer:
    words = markup.filled(
        _("You can convert again %(when)s. That’s in %(remaining)s."),
        when=markup.when(until_at, portfolio.now),
        remaining=formats.remaining(until_at, portfolio.now),
    )
    button = Button(_("See balances"), reverse("dust"), is_second=True, keeps_focus=True)
    return Offer(_worth(portfolio), words, button)


def _convertible(portfolio: Portfolio) -> Offer:
    limit = terms(portfolio.policy).limit
    words = _("Each is worth less than %(limit)s BTC. You can convert them now.") % {"limit": limit}
    button = Button(_("Convert small balance to BNB"), reverse("dust"), keeps_focus=True)
    return Offer(_worth(portfolio), words, button, share=_share(portfolio))


def _worth(portfolio: Portfolio) -> str:
    text = ngettext(
        '%(count)s small balance, worth about <span class="num nb">%(amount)s BNB</span>',
        '%(count)s small balances, worth about <span class="num nb">%(amount)s BNB</span>',
        len(portfolio.convertible),
    )
    return markup.filled(
        text, count=f"{len(portfolio.convertible)}", amount=formats.coin(portfolio.everything.figures.net)
    )


def _share(portfolio: Portfolio) -> str:
    """What their BNB is worth in the reference currency, as the dust page says it, and how much of the whole they are.

    The one is empty where it is not known, the other where the whole rounds to nothing. What is there is never 0.00%.
    """
    said = [formats.worth(portfolio.bnb_worth(portfolio.everything.figures.net), portfolio.currency)]
    if portfolio.small_share is not None:
        digits = f"{portfolio.small_share:.2f}" if portfolio.small_share else "<0.01"
        said.append(_("%(share)s of this wallet") % {"share": formats.percent(digits)})
    return " · ".join(filter(None, said))
