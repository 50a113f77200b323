"""What tests of mails about conversions share."""

from django.contrib.auth.models import User
from django.urls import reverse

from tests.support import factories
from tests.support.factories import World
from wallet import delivery
from wallet.models import Conversion, Customer, OutboxMail
from wallet.subscriptions import Subscription


def others(world: World, *names: str) -> list[Conversion]:
    """A completed conversion of each of these further customers, with its receipt."""
    found = [world.settled("DOGE", owner=factories.user(name, {"DOGE": "100"})) for name in names]
    return [conversion for conversion in found if conversion is not None]


def only() -> OutboxMail:
    """The one that there is."""
    return OutboxMail.objects.get()


def noticed(world: World) -> Conversion | None:
    """A completed conversion whose notice alone was asked for, and is due now."""
    Customer.objects.set_mails(world.user, wants_receipts=False, wants_notices=True)
    done = world.settled("DOGE")
    world.clock.tick(hours=6)
    world.observe()
    return done


# --- orders of the stage ---


def stop_address(name: str) -> str:
    """Where the link leads that stops this customer's receipts."""
    customer = User.objects.get(username=name)
    return reverse("unsubscribe", args=[Subscription(customer.pk, OutboxMail.Kind.RECEIPT).word])


def send_mails() -> None:
    """What the worker would do."""
    delivery.deliver()
