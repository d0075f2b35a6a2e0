from redraft_vllm.step_cost import ENOUGH, FORGET_AFTER, StepCost


def measured(cost, sizes, seconds, times=ENOUGH):
    for size in sizes:
        for _ in range(times):
            cost.observe(size, seconds(size))


def test_it_learns_the_curve():
    cost = StepCost()
    measured(cost, (1, 4, 16, 64), lambda n: 0.010 + 0.001 * n)
    assert abs(cost.seconds(16) - 0.026) < 1e-9
    assert 0.026 < cost.seconds(40) < 0.074
    row = cost.row_costs(rows=1, others=0, most=63, drafting=0)
    assert len(row) == 64
    assert row[0] == 1
    assert 1 < row[16] < row[63]


def test_a_token_costs_more_in_a_large_batch():
    cost = StepCost()
    measured(cost, (1, 4, 16, 64, 256), lambda n: 0.010 + 0.001 * n)
    alone = cost.row_costs(rows=1, others=0, most=32, drafting=0)
    crowded = cost.row_costs(rows=64, others=63, most=32, drafting=0)
    assert crowded[32] > 2 * alone[32]


def test_the_time_of_drafting_is_a_cost_of_every_pass():
    cost = StepCost()
    measured(cost, (1, 4, 16, 64), lambda n: 0.010 + 0.001 * n)
    free = cost.row_costs(rows=4, others=3, most=8, drafting=0)
    slow = cost.row_costs(rows=4, others=3, most=8, drafting=0.007)
    # A plain step of four takes 14 ms, so a token of one takes 3.5.
    assert abs(slow - free - 2).max() < 1e-9


def test_single_stalls_do_not_count():
    cost = StepCost()
    measured(cost, (1, 64), lambda n: 0.01)
    cost.observe(64, 5.0)
    assert cost.seconds(64) < 0.02


def test_never_falls_and_forgets():
    cost = StepCost()
    measured(cost, (1,), lambda n: 0.02)
    measured(cost, (64,), lambda n: 0.5)
    assert cost.seconds(64) >= 0.5
    for _ in range((ENOUGH + 1) * (FORGET_AFTER + 16)):
        cost.observe(1, 0.02)
    assert cost.seconds(64) < 0.1


def test_nonsense_is_ignored():
    cost = StepCost()
    for tokens, seconds in ((0, 1.0), (1, 0.0), (1, -1.0), (1, 100.0), (1, float("nan"))):
        for _ in range(ENOUGH):
            cost.observe(tokens, seconds)
    assert cost.seconds(1) == 1
