"""A mail to a customer tells what has happened, never changes what it tells, ends once, and is kept for 90 days."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

GUARDS = [
    Guard(
        name="outboxmail_starts_waiting",
        table="outboxmail",
        event="INSERT",
        message="a mail begins by waiting",
        when="NEW.state <> 'waiting' OR NEW.attempts <> 0",
    ),
    Guard(
        name="outboxmail_tells_what_happened",
        table="outboxmail",
        event="INSERT",
        message="a mail is written once what it tells has happened",
        asks="EXISTS (SELECT 1 FROM wallet_outboxmail m LEFT JOIN wallet_conversion c ON c.id = m.conversion_id"
        " WHERE m.id {these} AND (c.finished_at IS NULL OR m.due_at < c.finished_at"
        " OR (m.kind = 'again' AND c.status <> 'completed')))",
    ),
    Guard(
        name="outboxmail_keeps_what_it_tells",
        table="outboxmail",
        event="UPDATE",
        message="what a mail tells never changes",
        when="NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.conversion_id <> OLD.conversion_id"
        " OR NEW.created_at <> OLD.created_at",
    ),
    Guard(
        name="outboxmail_ends_once",
        table="outboxmail",
        event="UPDATE",
        message="a mail that was sent or given up never changes",
        when="OLD.state <> 'waiting'",
    ),
    Guard(
        name="outboxmail_is_kept",
        table="outboxmail",
        event="DELETE",
        message="a mail is kept until 90 days after it has ended",
        sqlite="OLD.ended_at IS NULL OR OLD.ended_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days')",
        postgresql="EXISTS (SELECT 1 FROM old_rows"
        " WHERE ended_at IS NULL OR ended_at > clock_timestamp() - interval '90 days')",
    ),
    Guard(
        name="outboxmail_refuses_truncate",
        table="outboxmail",
        event="TRUNCATE",
        message="wallet_outboxmail is never emptied",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0027_outbox")]
    operations = [CreateGuards(GUARDS)]
