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
