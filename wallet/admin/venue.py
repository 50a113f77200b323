from django.contrib import admin

from wallet.admin.base import ReadOnly, Recorded, to_the_second
from wallet.models import Venue


@admin.register(Venue)
class VenueAdmin(ReadOnly, Recorded):
    list_display = ["name", "not_before", "refusals"]
    fields = readonly_fields = ("name", "not_before", "refusals")

    @admin.display(description="ask after (UTC)", ordering="ask_after")
    def not_before(self, venue: Venue) -> str:
        return to_the_second(venue.ask_after)
