from redraft_vllm.worth import LONGEST_PAUSE, SHORTEST_PAUSE, Worth


def pause_of(worth):
    count = 0
    while worth.is_paused:
        worth.skip()
        count += 1
    return count


def test_drafts_that_pay_are_never_paused():
    worth = Worth()
    for accepted in (3, 0, 5, 0, 0, 8):
        worth.note(accepted, 0.5)
        assert not worth.is_paused


def test_drafts_that_never_pay_become_rare():
    worth = Worth()
    drafts = pauses = 0
    while drafts + pauses < 2000:
        worth.note(0, 0.5)
        drafts += 1
        pauses += pause_of(worth)
    assert drafts < 2000 / LONGEST_PAUSE + 20


def test_the_first_draft_that_pays_ends_the_pauses():
    worth = Worth()
    while not worth.is_paused:
        worth.note(0, 1.0)
    assert pause_of(worth) == SHORTEST_PAUSE
    worth.note(0, 1.0)
    assert pause_of(worth) == 2 * SHORTEST_PAUSE
    worth.note(9, 1.0)
    assert not worth.is_paused
    worth.note(9, 1.0)
    assert not worth.is_paused


def test_a_single_long_draft_does_not_pay_for_long():
    worth = Worth()
    worth.note(127, 1.0)
    misses = 0
    while not worth.is_paused:
        worth.note(0, 1.0)
        misses += 1
    assert misses < 12
