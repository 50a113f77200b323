"""P4: a broker may deliver a message as often as it likes."""

from tests.support.chaos import confirm, customers, judge, size, wait_until_finished
from wallet.models import Conversion, Transaction

SEND = (
    "from wallet import tasks; references = {references!r};"
    " [(tasks.settle.apply_async((reference,)), tasks.settle_round.apply_async())"
    " for _ in range(10) for reference in references]"
)


def test_p4_messages_delivered_ten_times_to_four_workers_have_one_effect(site, figure):
    """P4: one claim, one transaction, whoever comes first."""
    for number in range(4):
        site.start_worker(f"worker{number}", concurrency=2)
    site.start_worker("prices", "prices")
    owners = customers("customer", size(10, 50), DOGE="100", ADA="10")
    references = [confirm(owner, "DOGE", "ADA") for owner in owners]
    site.manage("shell", "-c", SEND.format(references=references))
    site.start_beat()
    wait_until_finished()
    assert Transaction.objects.filter(kind="conversion").count() == len(owners)
    assert set(Conversion.objects.values_list("attempts", flat=True)) == {1}
    logs = "".join(site.log(f"worker{number}") for number in range(4))
    assert all(logs.count(f"conversion_completed reference={reference}") == 1 for reference in references)
    took_part = sum("conversion_completed" in site.log(f"worker{number}") for number in range(4))
    figure(
        f"{20 * len(owners)} messages for {len(owners)} conversions, {took_part} workers took part: {judge(len(owners))}"
    )
