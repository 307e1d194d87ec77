"""Writers pass one at a time, in the order in which they came."""

import threading
import time

import pytest

from store.gate import Busy, Gate

WAIT_S = 10.0


def waiting_at(gate: Gate, count: int) -> None:
    """Return when `count` threads are inside or before the gate."""
    deadline = time.monotonic() + WAIT_S
    while len(gate._waiting) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_threads_pass_in_the_order_in_which_they_came() -> None:
    gate = Gate(patience_s=WAIT_S)
    passed: list[int] = []

    def pass_through(number: int) -> None:
        with gate.passing():
            passed.append(number)

    threads = [threading.Thread(target=pass_through, args=(number,)) for number in range(12)]
    with gate.passing():
        for number, thread in enumerate(threads):
            thread.start()
            waiting_at(gate, number + 2)
        assert passed == []
    for thread in threads:
        thread.join(WAIT_S)
    assert passed == list(range(12))


def test_only_one_thread_is_inside() -> None:
    gate = Gate(patience_s=WAIT_S)
    inside = 0
    most = 0

    def pass_often() -> None:
        nonlocal inside, most
        for _ in range(200):
            with gate.passing():
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=pass_often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert (most, inside) == (1, 0)


def test_who_loses_patience_leaves_the_queue_and_holds_up_nobody() -> None:
    gate = Gate(patience_s=0.05)
    problems: list[BaseException] = []

    def give_up() -> None:
        try:
            with gate.passing():
                raise AssertionError
        except Busy as problem:
            problems.append(problem)

    with gate.passing():
        impatient = threading.Thread(target=give_up)
        impatient.start()
        impatient.join(WAIT_S)
    assert [str(problem) for problem in problems] == ["The database was busy for 0.05 s."]
    with gate.passing():
        pass


def test_an_error_inside_opens_the_gate_again() -> None:
    gate = Gate(patience_s=0.05)
    with pytest.raises(KeyError), gate.passing():
        raise KeyError
    with gate.passing():
        pass


def test_a_thread_inside_cannot_come_in_again() -> None:
    gate = Gate(patience_s=WAIT_S)
    with (
        gate.passing(),
        pytest.raises(RuntimeError, match="inside another"),
        gate.passing(),
    ):
        pass
