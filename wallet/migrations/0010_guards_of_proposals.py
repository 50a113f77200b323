"""Who proposes does not decide; what is decided has its effect once; a policy version judges nothing before its time (P20).

A proposal, a decision and a withdrawal are written once. A decision is made by another than who proposed, never by the
customer concerned, and before the proposal lapses; who proposed may take it back. What says that it comes of a proposal comes
of one of its kind that was approved, and is signed by who proposed it. Versions take effect in the order in which they were
written; one is withdrawn before its time, or never. As everywhere, guards go by the moments that are written down.
"""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

TABLES = ("proposal", "decision", "policywithdrawal")

WRITTEN_ONCE = [
    Guard(name=f"{table}_refuses_{event.lower()}", table=table, event=event, message=f"wallet_{table} is written once")
    for table in TABLES
    for event in ("UPDATE", "DELETE")
]
NEVER_EMPTIED = [
    Guard(name=f"{table}_refuses_truncate", table=table, event="TRUNCATE", message=f"wallet_{table} is never emptied")
    for table in TABLES
]

DECIDED = "wallet_decision d JOIN wallet_proposal p ON p.id = d.proposal_id WHERE d.id {these}"

DECISIONS = [
    Guard(
        name="decision_is_of_a_proposal",
        table="decision",
        event="INSERT",
        message="a proposal is written before what is decided on it",
        asks="EXISTS (SELECT 1 FROM wallet_decision d LEFT JOIN wallet_proposal p ON p.id = d.proposal_id"
        " WHERE d.id {these} AND p.id IS NULL)",
    ),
    Guard(
        name="decision_is_anothers",
        table="decision",
        event="INSERT",
        message="another decides than who proposed, who may only take it back",
        asks=f"EXISTS (SELECT 1 FROM {DECIDED} AND (d.outcome = 'taken_back') <> (d.created_by_id = p.created_by_id))",
    ),
    Guard(
        name="decision_is_not_the_customers",
        table="decision",
        event="INSERT",
        message="whom a proposal concerns has no part in it",
        asks=f"EXISTS (SELECT 1 FROM {DECIDED} AND d.created_by_id = p.concerns_id)",
    ),
    Guard(
        name="decision_is_in_time",
        table="decision",
        event="INSERT",
        message="a proposal is decided on after it was made and before it lapses",
        asks=f"EXISTS (SELECT 1 FROM {DECIDED} AND (d.created_at < p.created_at OR d.created_at >= p.lapses_at))",
    ),
]


def effect(table: str, kind: str, message: str) -> Guard:
    """A row that says it comes of a proposal does so."""
    return Guard(
        name=f"{table}_was_approved",
        table=table,
        event="INSERT",
        message=message,
        asks=f"EXISTS (SELECT 1 FROM wallet_{table} n LEFT JOIN wallet_proposal p ON p.id = n.proposal_id"
        " LEFT JOIN wallet_decision d ON d.proposal_id = n.proposal_id"
        " WHERE n.id {these} AND n.proposal_id IS NOT NULL AND (d.id IS NULL OR d.outcome <> 'approved'"
        f" OR p.id IS NULL OR p.kind <> '{kind}' OR n.created_by_id IS NULL OR n.created_by_id <> p.created_by_id))",
    )


EFFECTS = [
    effect("policy", "policy", "a policy version that was proposed was approved"),
    effect("opening", "resume", "an opening that was proposed was approved"),
]

STANDS = "NOT EXISTS (SELECT 1 FROM wallet_policywithdrawal w WHERE w.policy_id = {0}.id)"

POLICIES = [
    Guard(
        name="policy_takes_its_turn",
        table="policy",
        event="INSERT",
        message="policy versions take effect in the order in which they were written",
        asks="EXISTS (SELECT 1 FROM wallet_policy n JOIN wallet_policy p ON p.id < n.id WHERE n.id {these}"
        f" AND p.effective_from >= coalesce(n.effective_from, n.created_at) AND {STANDS.format('p')})",
    ),
    Guard(
        name="policywithdrawal_is_in_time",
        table="policywithdrawal",
        event="INSERT",
        message="a policy version is withdrawn before it takes effect",
        asks="EXISTS (SELECT 1 FROM wallet_policywithdrawal w LEFT JOIN wallet_policy p ON p.id = w.policy_id"
        " WHERE w.id {these} AND (p.effective_from IS NULL OR p.effective_from <= w.created_at))",
    ),
    Guard(
        name="conversion_is_judged_in_time",
        table="conversion",
        event="INSERT",
        message="a quote is judged by a policy version that was in effect",
        asks="EXISTS (SELECT 1 FROM wallet_conversion c LEFT JOIN wallet_policy p ON p.id = c.policy_id WHERE c.id {these}"
        f" AND (p.id IS NULL OR p.effective_from > c.quoted_at OR NOT {STANDS.format('p')}))",
    ),
]

GUARDS = [*WRITTEN_ONCE, *NEVER_EMPTIED, *DECISIONS, *EFFECTS, *POLICIES]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0009_proposals")]
    operations = [CreateGuards(GUARDS)]
