from django.contrib.auth.models import User

from tests.support import factories


def test_what_the_house_holds_is_shown_in_a_constant_number_of_queries(operator, text, queries):
    treasury = "/admin/wallet/houseaccount/?kind__exact=treasury"
    page, few = text(operator.get(treasury)), queries(operator.get, treasury)
    assert "100.000000" in page  # the DOGE that it took
    assert "-0.02000000" in page  # the BNB that it gave and is short of
    for code in ("BTC", "USDT", "LUNC"):
        factories.deposit(User.objects.get(username="mira"), code, "1")
    assert len(queries(operator.get, "/admin/wallet/houseaccount/")) == len(few)
