"""Writing many rows in one statement; Django's bulk_update takes seconds for what this does in milliseconds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models
from django.db.utils import DEFAULT_DB_ALIAS

AT_ONCE = 1_000  # SQLite takes 32,766 values in a statement

Columns = Mapping[str, Sequence[Any]]  # the values of each field by its name, all equally many


def insert(model: type[models.Model], columns: Columns) -> None:
    """Writes new rows of the model, with these fields and no others."""
    names = ", ".join(field.column for field in _fields(model, columns))
    table = model._meta.db_table  # noqa: SLF001  # Django's public way to its name
    execute(f"INSERT INTO {table} ({names}) SELECT * FROM {{rows}}", model, columns)  # noqa: S608


def update(rows: Sequence[models.Model], names: Sequence[str], *, where: str = "true") -> int:
    """Writes these fields of rows of one model, as they are set; how many rows were touched.

    `where` is SQL of our own that a stored row must meet besides, such as "status = 'confirmed'".
    """
    if not rows:
        return 0
    model = type(rows[0])
    meta = model._meta  # noqa: SLF001  # Django's public way to its fields
    fields = [meta.pk, *_fields(model, names)]
    columns = {field.name: [getattr(row, field.attname) for row in rows] for field in fields}
    changes = ", ".join(f"{field.column} = v.column{at}" for at, field in enumerate(fields[1:], start=2))
    sql = f"UPDATE {meta.db_table} SET {changes} FROM {{rows}} WHERE {meta.pk.column} = v.column1 AND {where}"  # noqa: S608
    return execute(sql, model, columns)


def execute(sql: str, model: type[models.Model], columns: Columns) -> int:
    """Runs a statement of our own with values for the model's fields; how many rows were touched.

    What stands in the place of `{rows}` is the table `v`, whose columns are column1 and so on.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # asking the proxy for each value took a fifteenth of a round's time
    # A key is kept as what it points to is.
    fields = [field.target_field if field.is_relation else field for field in _fields(model, columns)]
    touched = 0
    for start in range(0, len(next(iter(columns.values()))), AT_ONCE):
        prepared = [
            _prepared(field, values[start : start + AT_ONCE], connection)
            for field, values in zip(fields, columns.values(), strict=True)
        ]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # a column as one value: a tenth of the work for it and its driver
                cursor.execute(sql.format(rows=_arrays([field.rel_db_type(connection) for field in fields])), prepared)
            else:
                values = [value for row in zip(*prepared, strict=True) for value in row]
                cursor.execute(sql.format(rows=_values(len(fields), len(prepared[0]))), values)
            touched += cursor.rowcount
    return touched


def _prepared(field: Any, values: Sequence[Any], connection: Any) -> list[Any]:
    """A column as the database takes it. Whatever many rows share, such as a price, is prepared once."""
    kind = field.get_internal_type()
    if kind == "BigIntegerField" and all(value is None or type(value) is int for value in values):
        # What the field itself comes to, by way of five calls a value.
        return [connection.ops.adapt_integerfield_value(value, kind) for value in values]
    known: dict[int, Any] = {}  # by identity: a legs' list has no hash, and all are there until the end
    for value in values:
        if id(value) not in known:
            known[id(value)] = field.get_db_prep_save(value, connection)
    return [known[id(value)] for value in values]


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]  # noqa: SLF001  # Django's public way to its fields


def _arrays(types: Sequence[str]) -> str:
    """Sent in binary, where nothing needs quotes: an eighth of the time of a round, of text."""
    arrays = ", ".join(f"%b::{kind}[]" for kind in types)
    names = ", ".join(f"column{at}" for at in range(1, len(types) + 1))
    return f"unnest({arrays}) AS v({names})"


def _values(width: int, length: int) -> str:
    row = f"({', '.join(['%s'] * width)})"
    return f"(VALUES {', '.join([row] * length)}) AS v"
