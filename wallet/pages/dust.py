"""Convert small balance: what can be converted and what can't, what a selection would bring, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats, validators
from wallet.eligibility import Eligibility
from wallet.models import Policy, Service
from wallet.pages import markup
from wallet.pages.demonstration import Demonstration
from wallet.pages.problems import Problem
from wallet.pages.summary import NOT_ASKED, Asking, Summary, selected
from wallet.pages.terms import Terms, terms
from wallet.portfolio import Holding, Portfolio, estimate
from wallet.refusals import Code, refusal


@dataclass(frozen=True, slots=True)
class RowFigures:
    """What a balance in the list is worth in BTC, and what it would bring in BNB."""

    code: str
    value: SafeString
    net: SafeString


@dataclass(frozen=True, slots=True)
class Choice:
    """A balance that can be converted. `find` is what a search looks in; `padding` aligns the amount's decimal point;
    `full_amount` is there when the amount is cut; `value` is in BTC, `net` in BNB.
    """

    code: str
    name: str
    find: str
    amount: str
    padding: str
    full_amount: str
    value: SafeString
    net: SafeString
    is_selected: bool


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A balance that can't be converted, and why not."""

    code: str
    name: str
    cause: str
    detail: str


@dataclass(frozen=True)
class DustPage:
    """`chosen` are the balances that are ticked; `gone` were, and can't be converted any more.

    `is_part`: htmx asks for the part that changes. `changes`: by which figures customers will lose, and when.
    `demonstration` is for a demonstration's customer.
    """

    portfolio: Portfolio
    eligibility: Eligibility
    chosen: list[Holding]
    gone: Sequence[Holding] = ()
    asking: Asking = NOT_ASKED
    wrong: str = ""
    is_part: bool = False
    changes: Sequence[SafeString] = ()
    demonstration: Demonstration | None = None

    @property
    def service(self) -> Service:
        return self.eligibility.service

    @property
    def may_ask_for_passkey(self) -> bool:
        """Whether the review in its dialog may have a button for one."""
        return self.eligibility.policy.second_factor != Policy.SecondFactor.NONE

    @property
    def title(self) -> str:
        return _("Error: Convert small balance to BNB") if self.wrong else _("Convert small balance to BNB")

    @property
    def has_new_title(self) -> bool:
        """Whether the part brings the page's title along, because it now says that something is wrong."""
        return self.is_part and bool(self.wrong)

    @cached_property
    def terms(self) -> Terms:
        return terms(self.portfolio.policy)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, leading to the first box while there is something to tick."""
        if not self.wrong:
            return []
        first = (
            self.portfolio.convertible[0].asset.code
            if self.portfolio.convertible and self.eligibility.may_convert
            else ""
        )
        return [Problem(self.wrong, f"choose-{first}" if first else "")]

    @property
    def fingerprint(self) -> str:
        return self.portfolio.fingerprint

    @cached_property
    def codes(self) -> set[str]:
        """Those that are ticked."""
        return {holding.asset.code for holding in self.chosen}

    @property
    def has_choices(self) -> bool:
        return bool(self.portfolio.convertible)

    @property
    def is_long(self) -> bool:
        return markup.is_long(len(self.portfolio.convertible))

    @property
    def has_all(self) -> bool:
        return len(self.chosen) == len(self.portfolio.convertible)

    @cached_property
    def choices(self) -> list[Choice]:
        """Largest first."""
        return [
            Choice(
                code=one.asset.code,
                name=one.asset.name,
                find=f"{one.asset.code} {one.asset.name}".lower(),
                amount=formats.amount(one.units, one.asset.scale),
                padding=formats.missing_places(one.units, one.asset.scale),
                full_amount=formats.full_amount_if_cut(one.units, one.asset.scale),
                value=figures.value,
                net=figures.net,
                is_selected=one.asset.code in self.codes,
            )
            for one, figures in zip(self.portfolio.convertible, self.figures, strict=True)
        ]

    @property
    def figures(self) -> list[RowFigures]:
        """The figures alone, for a page that shows the balances already."""
        is_plain = self.is_long
        return [
            RowFigures(
                one.asset.code,
                markup.value(one.value_sats or 0, is_plain=is_plain),
                markup.coin(one.figures.net if one.figures else 0, is_plain=is_plain),
            )
            for one in self.portfolio.convertible
        ]

    @cached_property
    def refused(self) -> list[RefusedRow]:
        return [_refused(holding) for holding in self.portfolio.refused]

    @property
    def figures_print(self) -> str:
        """Names the figures, so that a page can tell that those it shows are no longer so."""
        shown = (
            (one.asset.code, one.value_sats, one.figures and one.figures.net) for one in self.portfolio.convertible
        )
        return f"{crc32(repr(list(shown)).encode()):08x}"

    @property
    def has_new_figures(self) -> bool:
        """Whether the page that asks shows others; writing hundreds of rows anew with every tick would be felt."""
        return self.asking.figures != self.figures_print

    @property
    def refused_count(self) -> str:
        count = len(self.portfolio.refused)
        text = ngettext("%(count)s balance can’t be converted", "%(count)s balances can’t be converted", count)
        return text % {"count": count}

    @property
    def selected(self) -> str:
        return selected(len(self.chosen), len(self.portfolio.convertible))

    @property
    def say(self) -> str:
        """What is heard when the list is made anew without some that were ticked; empty when none of them went."""
        text = _("%(asset)s can’t be converted now, so it is no longer selected: %(cause)s")
        gone = [text % {"asset": row.code, "cause": row.cause} for row in map(_refused, self.gone)]
        return " ".join([*gone, self.selected]) if gone else ""

    @property
    def nothing(self) -> str:
        """Why there is nothing to tick."""
        if self.portfolio.bnb_refusal:
            return " ".join(
                [
                    _("Nothing can be converted now."),
                    self.portfolio.bnb_refusal.words.detail,
                    _("Your balances are not affected."),
                ]
            )
        if self.portfolio.bnb_price is None:
            return _(
                "Prices are unavailable, so nothing can be converted now. Try again in a few minutes."
                " Your balances are not affected."
            )
        return _(
            "You have no small balances to convert. A balance appears here when it’s worth less than %(limit)s BTC."
        ) % {"limit": self.terms.limit}

    @cached_property
    def summary(self) -> Summary:
        return Summary(self.portfolio, self.eligibility, estimate(self.chosen), self.asking)


def _refused(holding: Holding) -> RefusedRow:
    assert holding.refusal is not None
    words = holding.refusal.words
    if holding.waits_for_bnb:  # the page says once why there is none
        words = refusal(Code.PRICE_UNAVAILABLE, asset=validators.BNB).words
    return RefusedRow(holding.asset.code, holding.asset.name, words.cause, words.detail)
