"""What the page of the display settings says."""

from datetime import UTC, datetime

import pytest

from wallet.forms import DisplayForm
from wallet.pages.settings import SettingsPage, zone_time

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)
SOUND = {"language": "de", "time_zone": "Asia/Tokyo", "currency": "GBP", "theme": "dark", "hide_small_balances": "on"}


def page_of(priced=("EUR",), **changes):
    return SettingsPage(DisplayForm(SOUND | changes), NOW, priced, "en")


def test_sound_settings_have_no_problems():
    page = page_of()
    assert (page.title, page.problems) == ("Settings", [])
    assert (page.language_problem, page.zone_problem, page.theme_problem) == ("", "", "")
    assert [option.label for option in page.languages if option.is_chosen] == ["Deutsch"]
    assert [option.label for option in page.themes if option.is_chosen] == ["Dark"]
    assert page.hides_small_balances
    assert not page_of(hide_small_balances="").hides_small_balances


def test_the_languages_name_themselves_and_the_browsers_does_not():
    assert [(option.label, option.language) for option in page_of().languages] == [
        ("As your browser asks for", ""),
        ("English", "en"),
        ("Deutsch", "de"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "control", "words"),
    [
        ("language", "xx", "id_language", "Choose a language from the list."),
        ("currency", "XXX", "id_currency", "Choose a currency from the list."),
        ("time_zone", "", "id_time_zone", "Choose a time zone."),
        ("time_zone", "Nowhere", "id_time_zone", "There is no time zone of this name. Choose one from the list."),
        ("theme", "", "id_theme", "Choose a theme."),
        ("theme", "pink", "id_theme", "Choose a theme: System, Light or Dark."),
    ],
)
def test_what_is_wrong_is_said_at_the_top_and_beside_its_control(name, value, control, words):
    page = page_of(**{name: value})
    assert page.title == "Error: Settings"
    assert [(problem.control, problem.words) for problem in page.problems] == [(control, words)]
    beside = {
        "language": page.language_problem,
        "currency": page.currency_problem,
        "time_zone": page.zone_problem,
        "theme": page.theme_problem,
    }
    assert {name: said for name, said in beside.items() if said} == {name: words}


def test_the_currencies_are_the_operators_and_none_and_that_of_the_language():
    labels = [option.label for option in page_of().currency_options]
    assert labels == ["USD, by your language", "EUR", "USD", "GBP", "TRY", "BRL", "AUD", "PLN", "None"]
    for value, label in {"": labels[0], "GBP": "GBP", "none": "None"}.items():
        assert [one.label for one in page_of(currency=value).currency_options if one.is_chosen] == [label]


def test_currencies_without_a_price_and_by_another_assets_price_are_named(settings):
    assert page_of().currency_hint.endswith("and so without values: USD, GBP, TRY, BRL, AUD, PLN.")
    settings.REFERENCE_CURRENCIES = {"EUR": "EUR", "USD": "USDT"}
    assert page_of(priced={"EUR", "USDT"}).currency_hint == (
        "Values in it are estimates, marked ≈. A past conversion keeps the currency that it was made in."
        " USD goes by the price of USDT."
    )


def test_what_was_typed_stays():
    assert page_of(time_zone="Nowhere").time_zone == "Nowhere"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("tokyo", ">22 November 2026, 23:32:07 JST</time> in Asia/Tokyo now."),
        ("Nowhere", "Type a place, like Helsinki, and choose from the list."),
        ("", "Type a place, like Helsinki, and choose from the list."),
    ],
)
def test_the_time_in_the_zone_that_is_typed_is_said(typed, words):
    assert zone_time(typed, NOW).words.endswith(words)
