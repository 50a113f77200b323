from django.contrib.auth.models import User

from tests.support import factories
from wallet.models import Conversion


def test_a_user_who_holds_something_is_not_deleted(operator, world):
    operator.post(f"/admin/auth/user/{world.user.pk}/delete/", {"post": "yes"})
    assert User.objects.filter(pk=world.user.pk).exists()


def test_a_user_made_in_the_admin_can_use_the_site(operator, client):
    client.force_login(factories.user("new"))
    assert client.get("/wallet/").status_code == 200
    assert client.post("/wallet/dust/", {"asset": "DOGE"}).status_code == 422
    assert Conversion.objects.filter(user__username="new").count() == 0
