"""Guards: triggers that refuse a change of rows, alike on both databases; how they are written, made and dropped.

A guard is declared once, by the migration that makes it (`wallet/migrations/0002_guards.py`); `declared` reads them all
from there for the check that compares them with what the database has (`wallet/audit/guards.py`).

SQLite asks every guard of each row. PostgreSQL does so only for what can be told from the row itself, in the trigger's
WHEN, which calls no function until it refuses. What asks other tables is asked once a statement, of all its rows together.
Their keys are collected into an array first, and plans by anything but an index are switched off: a plan is kept for as
long as the connection, so one made while the tables are small must be good when they are large.

Nobody can stand before the tables that a guard asks. On PostgreSQL their names say the schema, operators and functions are
the system's own, and tables that inherit from them don't count. In SQLite the names in a trigger mean its own database.
"""

import re
from dataclasses import dataclass
from functools import cache

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APP = "wallet"
# Their plans go by an index, and from the keys on in the order in which the tables are written down, whatever was known of the
# tables' sizes when they were made.
SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "join_collapse_limit": "1",
}
# What raises a guard's message, which its trigger hands over; the guard's name goes with it.
REFUSE = """
BEGIN
RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What is refused of a table's rows, and in which words.

    `when` is a condition on the new row (NEW) and the old one (OLD) alone; `asks` one that asks tables, in which {these}
    stands for "= the row's key" or "is among the rows' keys". With both, rows are refused for which both hold. `sqlite` and
    `postgresql` take the place of `asks` where the SQL of the two differs.
    """

    name: str
    table: str  # without "wallet_"
    event: str  # INSERT, UPDATE, DELETE; TRUNCATE is PostgreSQL's only
    message: str
    when: str = ""
    asks: str = ""
    sqlite: str = ""
    postgresql: str = ""
    # Whose value {these} are: of the new rows, or of the old ones of a DELETE.
    key: str = "id"
    key_type: str = "bigint"
    # On PostgreSQL too each row is asked of by itself: where `when` compares NEW with OLD and rarely holds.
    each_row: bool = False
    # What PostgreSQL does with the keys before it asks.
    postgresql_first: str = ""

    @property
    def is_made_on_sqlite(self) -> bool:
        return self.event != "TRUNCATE"

    def create(self, schema_editor: BaseDatabaseSchemaEditor, schema: str) -> None:
        if schema_editor.connection.vendor == "postgresql":
            if self._asks_on_postgresql:
                schema_editor.execute(function(schema, f"wallet_{self.name}", self._body(schema)), params=None)
            schema_editor.execute(self._trigger(schema), params=None)
        elif self.is_made_on_sqlite:
            schema_editor.execute(self._sqlite(), params=None)

    def drop(self, schema_editor: BaseDatabaseSchemaEditor, schema: str) -> None:
        """Drops it, if it is there: so guards that somebody has changed can be made again."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name} ON {schema}.wallet_{self.table}", params=None)
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {schema}.wallet_{self.name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}", params=None)

    # --- SQLite ---------------------------------------------------------------------------------------------------

    def _sqlite(self) -> str:
        key = f"{'OLD' if self.event == 'DELETE' else 'NEW'}.{self.key}"
        asked = (self.sqlite or self.asks).replace("{these}", f"= {key}")
        condition = " AND ".join(f"({part})" for part in (self.when, asked) if part) or "true"
        return (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON wallet_{self.table} WHEN {condition} BEGIN"
            f" SELECT RAISE(ABORT, '{self.message}'); END"
        )

    # --- PostgreSQL -----------------------------------------------------------------------------------------------

    @property
    def _asks_on_postgresql(self) -> str:
        return self.postgresql or self.asks

    def _trigger(self, schema: str) -> str:
        """The refusal itself where the row or the statement says enough; else the guard's own function, which asks."""
        # What is refused outright is so before anything is done. BEFORE would lock each row that an UPDATE passes.
        moment = "AFTER" if self.when or self._asks_on_postgresql else "BEFORE"
        trigger = f"CREATE TRIGGER {self.name} {moment} {self.event} ON {schema}.wallet_{self.table}"
        each = "FOR EACH ROW" + (f" WHEN ({self.when})" if self.when else "")
        refuse = f"EXECUTE FUNCTION {schema}.wallet_refuse('{self.message}')"
        own = f"EXECUTE FUNCTION {schema}.wallet_{self.name}()"
        if self.event == "TRUNCATE":
            return f"{trigger} FOR EACH STATEMENT {refuse}"
        if not self._asks_on_postgresql:
            return f"{trigger} {each} {refuse}"
        if self.each_row:
            return f"{trigger} {each} {own}"
        body = self._body(schema)
        tables = [f"{row} TABLE AS {row.lower()}_rows" for row in ("OLD", "NEW") if f"{row.lower()}_rows" in body]
        return f"{trigger} REFERENCING {' '.join(tables)} FOR EACH STATEMENT {own}"

    def _body(self, schema: str) -> str:
        """The function that asks: of the row, or of all rows of the statement together."""
        asked = self._asks_on_postgresql
        keys, collect = "", ""
        if self.each_row:
            asked = asked.replace("{these}", f"= NEW.{self.key}")
        elif "{these}" in asked:
            keys = f"\nDECLARE keys {self.key_type}[];"
            first = qualified(self.postgresql_first, schema)
            collect = f"keys := ARRAY(SELECT DISTINCT {self.key} FROM {self._rows()});\n{first}"  # noqa: S608
            asked = f"cardinality(keys) > 0 AND {asked.replace('{these}', '= ANY (keys)')}"
        return (
            f"{keys}\nBEGIN\n{collect}IF {qualified(asked, schema)} THEN\nRAISE EXCEPTION USING MESSAGE = '{self.message}',"
            f" ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;\nEND IF;\nRETURN NULL;\nEND"
        )

    def _rows(self) -> str:
        rows = "old_rows" if self.event == "DELETE" else "new_rows"
        return f"{rows} WHERE {re.sub(r'(OLD|NEW)[.]', '', self.when)}" if self.when else rows


def written_once(table: str) -> list[Guard]:
    """Rows of the table are neither changed nor removed."""
    how = {"UPDATE": "written once", "DELETE": "written once", "TRUNCATE": "never emptied"}
    return [
        Guard(name=f"{table}_refuses_{event.lower()}", table=table, event=event, message=f"wallet_{table} is {words}")
        for event, words in how.items()
    ]


def qualified(sql: str, schema: str) -> str:
    """The SQL with the schema before each of the site's tables, and that of its users, without those that inherit from it."""
    return re.sub(r"\b(FROM|JOIN) (?=wallet_|auth_user\b)", rf"\1 ONLY {schema}.", sql)


def function(schema: str, name: str, body: str) -> str:
    settings = " ".join(f"SET {name} = {value}" for name, value in SETTINGS.items())
    return f"CREATE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql {settings} AS $${body}$$"


def schema_of(connection: BaseDatabaseWrapper) -> str:
    """Where new tables are made, quoted; nothing on SQLite, which has no schemas."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


# --- operations of migrations -----------------------------------------------------------------------------------------


class CreateGuards(Operation):
    """Makes guards, each of which has a name that no other has."""

    reduces_to_sql = False

    def __init__(self, guards: list[Guard]) -> None:
        self.guards = guards

    def declare(self, known: dict[str, Guard]) -> None:
        known |= {guard.name: guard for guard in self.guards}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        create(schema_editor, self.guards)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        drop(schema_editor, self.guards)

    def describe(self) -> str:
        return f"Create {len(self.guards)} guards"


class DropGuards(CreateGuards):
    """Drops guards, which it is given as they were declared, so that going back makes them again."""

    def declare(self, known: dict[str, Guard]) -> None:
        for guard in self.guards:
            del known[guard.name]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        drop(schema_editor, self.guards)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        create(schema_editor, self.guards)

    def describe(self) -> str:
        return f"Drop {len(self.guards)} guards"


def create(schema_editor: BaseDatabaseSchemaEditor, guards: list[Guard], schema: str = "") -> None:
    """Makes the guards, in this schema of PostgreSQL or in the one where tables are made."""
    schema = schema or schema_of(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        # For all guards that need no function of their own.
        body = function(schema, "wallet_refuse", REFUSE).replace("CREATE", "CREATE OR REPLACE", 1)
        schema_editor.execute(body, params=None)
    for guard in guards:
        guard.create(schema_editor, schema)


def drop(schema_editor: BaseDatabaseSchemaEditor, guards: list[Guard]) -> None:
    schema = schema_of(schema_editor.connection)
    for guard in guards:
        guard.drop(schema_editor, schema)
    if schema_editor.connection.vendor == "postgresql":
        # The last guard takes it along.
        is_used = f"SELECT 1 FROM pg_trigger WHERE tgfoid = to_regprocedure('{schema}.wallet_refuse()')"  # noqa: S608
        dropped = f"DROP FUNCTION IF EXISTS {schema}.wallet_refuse()"
        schema_editor.execute(f"DO $$ BEGIN IF NOT EXISTS ({is_used}) THEN {dropped}; END IF; END $$", params=None)


def migration_names() -> list[str]:
    """The site's migrations in their order."""
    return [key[1] for key, _ in _migrations()]


def declared() -> list[Guard]:
    """Every guard that the migrations make and none of them drops again."""
    known: dict[str, Guard] = {}
    for _, migration in _migrations():
        for operation in migration.operations:
            if isinstance(operation, CreateGuards):
                operation.declare(known)
    return list(known.values())


@cache
def _migrations() -> list[tuple[tuple[str, str], migrations.Migration]]:
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    keys = [key for leaf in graph.leaf_nodes(APP) for key in graph.forwards_plan(leaf) if key[0] == APP]
    return [(key, graph.nodes[key]) for key in keys]


def set_aside_during(*operations: Operation) -> list[Operation]:
    """The operations with every guard of SQLite dropped before them and made again after them, word for word.

    SQLite changes most columns by building the table anew. That drops the table's guards, and fails over those of other
    tables that mention it. PostgreSQL changes a table in place and keeps its guards, so nothing is done there.
    """
    kept: list[tuple[str, str]] = []

    def drop_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            kept[:] = cursor.fetchall()
        for name, _ in kept:
            schema_editor.execute(f'DROP TRIGGER "{name}"', params=None)

    def make_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for _, sql in kept:
            schema_editor.execute(sql, params=None)
        kept.clear()

    return [migrations.RunPython(drop_all, make_again), *operations, migrations.RunPython(make_again, drop_all)]
