from decimal import Decimal

import pytest

from tests.support import factories
from wallet.pages.help import HelpPage
from wallet.pages.terms import terms


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percent", "words"), [("0", "There is no fee."), ("2.5", "A fee of 2.5% of the BNB that you receive.")]
)
def test_the_fee_is_said_or_that_there_is_none(percent, words):
    assert HelpPage(terms(factories.policy(fee_percent=Decimal(percent))), reference="").fee == words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "reference", "address"),
    [
        ("", "CV-7K2M-9QXD", ""),
        ("mailto:help@example.com", "", "mailto:help@example.com"),
        ("mailto:help@example.com", "CV-7K2M-9QXD", "mailto:help@example.com?subject=CV-7K2M-9QXD"),
        (
            "mailto:help@example.com?cc=a@b.org",
            "CV-7K2M-9QXD",
            "mailto:help@example.com?cc=a@b.org&subject=CV-7K2M-9QXD",
        ),
        ("mailto:a@b.org?subject=Dust%20{reference}", "CV-7K2M-9QXD", "mailto:a@b.org?subject=Dust%20CV-7K2M-9QXD"),
        ("mailto:a@b.org?subject=Dust", "CV-7K2M-9QXD", "mailto:a@b.org?subject=Dust"),
        ("https://help.example.com/?about={reference}", "CV-7K2M-9QXD", "https://help.example.com/?about=CV-7K2M-9QXD"),
        ("https://help.example.com/", "CV-7K2M-9QXD", "https://help.example.com/"),
    ],
)
def test_help_leads_to_the_operators_contact_with_the_reference(settings, contact, reference, address):
    settings.SUPPORT_CONTACT = contact
    assert HelpPage(terms(factories.policy()), reference).contact == address
