from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from wallet.models.fields import WrittenAtField


class MonthEnd(models.Model):
    """A month's figures as they were once it was final and an audit had passed; written once.

    From then on no transaction is written with a moment before its end.
    """

    month = models.CharField(max_length=7, primary_key=True, help_text="Of UTC, like 2026-10.")
    ends_at = models.DateTimeField(unique=True)
    figures = models.JSONField(encoder=DjangoJSONEncoder, help_text="As wallet/month_end.py writes and reads them.")
    created_at = WrittenAtField()

    class Meta:
        ordering = ["-month"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.month
