from django.contrib import admin

from wallet.admin.base import ReadOnly
from wallet.models import Pulse


@admin.register(Pulse)
class PulseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "beat_at"]
