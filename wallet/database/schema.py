"""The database's schema as it is, and as the models and the guards make it: named parts, to be compared word by word.

What it should be is made anew in a scratch place and read back by the same queries, so that the database writes both down
in its own words: on SQLite in memory; on PostgreSQL as temporary tables of a transaction that is rolled back, on a
connection of its own, because the reader may be in a transaction that can only read.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from wallet.database import guards

# The parts by what they are called, each with its definition.
Schema = dict[str, str]

DISABLED = " [switched off]"
# An operator may add these: an index for speed, a column of a later version. They blind no guard.
MAY_BE_ADDED = ("column", "constraint", "foreign key", "index")

_made: dict[tuple[Any, ...], Schema] = {}


def differences(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """What is missing, changed, switched off or added of all that keeps rows as they must be, a sentence each."""
    must, found = expected(connection), present(connection)
    for part, definition in must.items():
        if part not in found:
            yield f"{part} is missing"
        elif found[part] == definition + DISABLED:
            yield f"{part} is switched off"
        elif found[part] != definition:
            yield f"{part} is not as it was made"
    for part in sorted(found.keys() - must.keys()):
        if not part.startswith(MAY_BE_ADDED):
            yield f"{part} was added"


def present(connection: BaseDatabaseWrapper) -> Schema:
    """The schema as it is, and what this connection is told that switches guards off."""
    if connection.vendor == "postgresql":
        return dict(_of_postgresql(connection, guards.schema_of(connection)))
    return dict(_of_sqlite(connection))


def expected(connection: BaseDatabaseWrapper) -> Schema:
    """The schema as it must be. It follows from the code and the database's version, so it is made once a process."""
    key = connection.vendor, connection.get_database_version()
    if key not in _made:
        _made[key] = _make_on_postgresql(connection) if key[0] == "postgresql" else _make_on_sqlite(connection)
    return _made[key]


def _tables() -> list[Any]:
    return [model for model in apps.get_app_config(guards.APP).get_models() if not model._meta.proxy]  # noqa: SLF001


def _names() -> list[str]:
    return [model._meta.db_table for model in _tables()]  # noqa: SLF001  # Django's public way to a model's table


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _make_on_sqlite(connection: BaseDatabaseWrapper) -> Schema:
    scratch = connection.copy("scratch")
    scratch.settings_dict["NAME"] = ":memory:"
    with scratch.schema_editor(atomic=False) as editor:
        for model in _tables():
            editor.create_model(model)
    with scratch.schema_editor(atomic=False) as editor:
        guards.create(editor, guards.declared())
    made = dict(_of_sqlite(scratch))
    scratch.connection.close()  # Django itself keeps what is in memory
    return made


def _of_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, lower(tbl_name), sql FROM sqlite_master WHERE sql IS NOT NULL UNION ALL"
            " SELECT 'temporary ' || type, name, lower(tbl_name), '' FROM sqlite_temp_master WHERE sql IS NOT NULL"
        )
        rows = cursor.fetchall()
        for name, must in (("foreign_keys", 1), ("recursive_triggers", 1), ("ignore_check_constraints", 0)):
            cursor.execute(f"PRAGMA {name}")
            (value,) = cursor.fetchone()
            if value != must and connection.alias != "scratch":
                yield f"PRAGMA {name} = {value}, which switches guards off,", ""
    for kind, name, table, sql in rows:
        if table not in _names():
            continue
        if kind == "table":
            yield from _parts(table, sql)
        else:
            yield f"{kind} {name} of {table}", sql


def _parts(table: str, sql: str) -> Iterator[tuple[str, str]]:
    """A table's columns and constraints, each with its definition."""
    for part in _split(sql[sql.index("(") + 1 : sql.rindex(")")]):
        kind, _, named = part.partition(" ") if part.startswith("CONSTRAINT") else ("column", "", part)
        name = named.split()[0].strip('"')
        yield f"{kind.lower()} {name} of {table}", part


def _split(inner: str) -> list[str]:
    """What commas separate, but for those within brackets or quotes."""
    parts, depth, mark = [""], 0, ""
    for letter in inner:
        if mark:
            mark = "" if letter == mark else mark
        elif letter in "'\"":
            mark = letter
        else:
            depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth and not mark:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

TABLES = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.{schema} AND c.relname = ANY (%(tables)s)"
# Of each of the site's tables in a schema: what a part is called, and its definition.
PARTS = {
    "triggers": """
        SELECT 'trigger ' || tgname || ' of ' || relname,
        pg_get_triggerdef(t.oid) || CASE WHEN tgenabled = 'O' THEN '' ELSE %(disabled)s END
        {tables} JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT tgisinternal""",
    "foreign keys that are not checked": """
        SELECT 'switch that turns the foreign keys of ' || relname || ' off', ''
        {tables} JOIN pg_trigger t ON t.tgrelid = c.oid WHERE tgisinternal AND tgenabled <> 'O'""",
    "functions": """
        SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
        concat_ws(' ', lanname, prosecdef, proconfig, prosrc)
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.{schema} AND proname = ANY (%(functions)s)""",
    "constraints": """
        SELECT 'constraint ' || conname || ' of ' || relname, pg_get_constraintdef(k.oid)
        {tables} JOIN pg_constraint k ON k.conrelid = c.oid WHERE contype IN ('c', 'p', 'u')""",
    "foreign keys": """
        SELECT 'foreign key of ' || relname || ': ' || pg_get_constraintdef(k.oid), ''
        {tables} JOIN pg_constraint k ON k.conrelid = c.oid WHERE contype = 'f'""",
    "indexes": """
        SELECT 'index ' || i.relname || ' of ' || c.relname,
        pg_get_indexdef(i.oid) || CASE WHEN indisvalid THEN '' ELSE %(disabled)s END
        {tables} JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid""",
    "columns": """
        SELECT 'column ' || attname || ' of ' || relname,
        concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated)
        {tables} JOIN pg_attribute a ON a.attrelid = c.oid WHERE attnum > 0 AND NOT attisdropped""",
    "rules": """
        SELECT 'rule ' || rulename || ' of ' || relname, '' {tables} JOIN pg_rewrite r ON r.ev_class = c.oid""",
    "children": """
        SELECT 'table ' || inhrelid::regclass || ', which inherits from ' || relname || ',', ''
        {tables} JOIN pg_inherits h ON h.inhparent = c.oid""",
    "hidden rows": """
        SELECT 'row security of ' || relname || ', which hides rows from guards,', '' {tables} AND relrowsecurity""",
    "the session": """
        SELECT 'session_replication_role = ' || current_setting('session_replication_role')
        || ', under which no guard is asked,', ''
        WHERE current_setting('session_replication_role') <> 'origin'""",
}


def _make_on_postgresql(connection: BaseDatabaseWrapper) -> Schema:
    with closing(connection.copy()) as scratch:
        scratch.set_autocommit(False)
        with scratch.cursor() as cursor:
            cursor.execute("SET LOCAL search_path = pg_temp")
        with scratch.schema_editor(atomic=False) as editor:
            for model in _tables():
                editor.create_model(model)
            # Temporary tables refer to no others. What these would be is written as PostgreSQL writes it.
            editor.deferred_sql = [sql for sql in editor.deferred_sql if "FOREIGN KEY" not in str(sql)]
        with scratch.schema_editor(atomic=False) as editor:
            guards.create(editor, guards.declared(), "pg_temp")
        made = dict(_of_postgresql(scratch, "pg_temp")) | dict(_foreign_keys())
        scratch.rollback()
    return made


def _foreign_keys() -> Iterator[tuple[str, str]]:
    for model in _tables():
        options = model._meta  # noqa: SLF001  # Django's public way to a model's table and fields
        for field in options.concrete_fields:
            if field.remote_field:
                target = field.target_field
                yield (
                    f"foreign key of {options.db_table}: FOREIGN KEY ({field.column}) REFERENCES"
                    f" {target.model._meta.db_table}({target.column}) DEFERRABLE INITIALLY DEFERRED",  # noqa: SLF001
                    "",
                )


# A list of texts as PostgreSQL writes it the first time, and as it does once a dump of that was restored.
_TEXTS = re.compile(r"\(ARRAY\[((?:'[^']*'::character varying(?:, )?)+)\]\)::text\[\]")
_TEXT = re.compile(r"'[^']*'::character varying")


def _as_restored(definition: str) -> str:
    """The same condition in the words in which a dump and its restoration leave it."""
    return _TEXTS.sub(lambda found: "ARRAY[" + _TEXT.sub(r"(\g<0>)::text", found[1]) + "]", definition)


def _of_postgresql(connection: BaseDatabaseWrapper, schema: str) -> Iterator[tuple[str, str]]:
    named = "oid = pg_my_temp_schema()" if schema == "pg_temp" else "nspname = current_schema()"
    values: dict[str, Any] = {
        "tables": _names(),
        "functions": ["wallet_refuse", *(f"wallet_{guard.name}" for guard in guards.declared())],
        "disabled": DISABLED,
    }
    # The scratch place and the schema are not told apart.
    prefix = re.compile(rf"\b(pg_temp(_\d+)?|{re.escape(schema)})[.]")
    with connection.cursor() as cursor:
        for query in PARTS.values():
            cursor.execute(query.format(tables=TABLES.format(schema=named), schema=named), values)
            for part, definition in cursor.fetchall():
                yield prefix.sub("", part), _as_restored(prefix.sub("", definition))
