"""Pieces that several models share."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.sql.compiler import SQLCompiler
from django.utils.deconstruct import deconstructible

from wallet import money
from wallet.database import clock


def rate_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """A price in BTC. At most 12 significant digits, which SQLite and PostgreSQL both keep exactly."""
    return models.DecimalField(
        max_digits=money.PRICE_PLACES + 12, decimal_places=money.PRICE_PLACES, editable=False, **options
    )


def rate_is_usable(field: str) -> models.Q:
    """The condition that a rate is a positive number. The upper bound also refuses PostgreSQL's NaN, which is above all."""
    return models.Q(**{f"{field}__gt": Decimal(0), f"{field}__lt": money.PRICE_CEILING})


@deconstructible(path="wallet.models.fields.IsInteger")
class IsInteger(models.Func):
    """True for a whole number. SQLite turns an integer that overflows into a float; this refuses it."""

    output_field = models.BooleanField()
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="typeof(%(expressions)s) IN ('integer', 'null')", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s IS NULL OR true)", **context)


class WrittenAtField(models.DateTimeField):  # type: ignore[type-arg]  # the stubs' parameters mean nothing here
    """The moment at which a row is first written, by the database's clock: rows of several machines can be compared."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"editable": False} | options))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            setattr(model_instance, self.attname, clock.now())
        return super().pre_save(model_instance, add)


class WholeNumberField(models.CharField):  # type: ignore[type-arg]  # the stubs' parameters mean nothing here
    """A whole number of any size, kept as its digits: the sum of many customers' units may pass 64 bits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"max_length": 40} | options))

    def from_db_value(self, value: str | None, *args: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(int(value))
