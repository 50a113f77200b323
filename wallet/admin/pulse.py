from django.contrib import admin

from wallet.admin.base import ReadOnly, Recorded
from wallet.models import Pulse


@admin.register(Pulse)
class PulseAdmin(ReadOnly, Recorded):
    list_display = ["name", "beat_at"]
