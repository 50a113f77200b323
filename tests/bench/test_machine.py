"""Whose processor time it was."""

import os
import subprocess
import sys
from fractions import Fraction

from wallet.bench import machine
from wallet.bench.machine import Reading


def test_others_are_all_but_this_run_and_its_servers():
    before = Reading(busy=100, total=1000, ours={1: 10}, servers={7: 5, 8: 5})
    after = Reading(busy=200, total=1200, ours={1: 30, 2: 20}, servers={7: 15})
    share = machine.between(before, after)
    tick = 10**9 // os.sysconf("SC_CLK_TCK")
    assert share == machine.Share(ours=40 * tick, servers=10 * tick, others=Fraction(50, 200))


def test_a_machine_that_does_not_tell_says_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "PROC", tmp_path)
    assert machine.between(machine.read([1]), machine.read([1])) is None


def test_the_time_of_this_process_and_of_its_children_is_ours():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        reading = machine.read([os.getpid()])
        child.communicate(b"\n")
    assert {os.getpid(), child.pid} <= reading.ours.keys()
    assert reading.servers.keys() == {os.getpid()}
    assert reading.total > reading.busy > 0
