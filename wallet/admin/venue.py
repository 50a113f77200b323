from django.contrib import admin

from wallet.admin.base import ReadOnly
from wallet.models import Venue


@admin.register(Venue)
class VenueAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "ask_after", "refusals"]
