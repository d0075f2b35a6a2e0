"""The proposer in a batch: rows that move, prompts in chunks, aborts, the end of the context."""

import random

import pytest
from engine_double import Engine, Request

CODE = "def area(r):\n    return 3.14 * r * r\n\n\ndef rim(r):\n    return 2 * 3.14 * r\n\n\nprint(area(2), rim(2))\n"
EDITED = CODE.replace("3.14", "PI").replace("def area", "PI = 3.14\n\n\ndef area")


def shifted(text: str, by: int) -> str:
    """The same text in letters of its own; line ends and blanks stay."""
    return "".join(character if character in "\n " else chr(ord(character) + by) for character in text)


def test_a_prediction_saves_most_passes():
    engine = Engine()
    request = Request("a", "Use a constant:\n", EDITED, {"prediction": CODE})
    engine.add(request)
    engine.run()
    assert request.text == EDITED
    assert request.steps < len(EDITED) / 5


def test_a_right_candidate_is_copied_whole():
    engine = Engine()
    request = Request("a", "#", EDITED, {"prediction": CODE, "candidates": [EDITED]})
    engine.add(request)
    engine.run()
    assert request.steps <= len(EDITED) / 64 + 3


def test_nothing_predicted_nothing_drafted_or_kept():
    engine = Engine()
    request = Request("a", CODE, CODE)
    engine.add(request)
    engine.run()
    assert request.drafts == [[]] * len(request.drafts)
    assert request.steps == len(CODE) - 1


@pytest.mark.parametrize(
    ("settings", "xargs", "drafts"),
    [
        ({"prompt": True}, None, True),
        ({}, {"draft": "prompt"}, True),
        ({"prompt": True}, {"draft": "off"}, False),
        ({}, {"draft": "off", "prediction": CODE}, False),
        ({}, {"prediction": [1, 2, "x"]}, False),
        ({}, {"prediction": list(map(ord, CODE))}, True),
        ({}, {"prediction": [10**9]}, False),
    ],
)
def test_what_says_whether_to_draft(settings, xargs, drafts):
    engine = Engine(**settings)
    prompt = CODE if "prediction" not in (xargs or {}) else "#"
    request = Request("a", prompt, CODE, xargs)
    engine.add(request)
    engine.run()
    assert (request.steps < len(CODE) / 4) is drafts


def test_rows_move_between_steps():
    draw = random.Random(1)
    engine = Engine(chunk=20)
    requests = [
        Request(
            f"r{i}",
            shifted("Edit:\n" + CODE[: 10 * i], 200 * i),
            shifted(EDITED, 200 * i),
            {"prediction": shifted(CODE, 200 * i)},
        )
        for i in range(1, 9)
    ]
    alone = {}
    for request in requests:
        single = Engine(chunk=20)
        copy = Request(request.id, request.prompt, request.answer, request.xargs)
        single.add(copy)
        single.run()
        alone[request.id] = copy.drafts
    waiting = list(requests)
    while waiting or engine.rows:
        if waiting and draw.random() < 0.4:
            engine.add(waiting.pop())
        draw.shuffle(engine.rows)
        engine.step()
    for request in requests:
        assert request.text == request.answer
        # Neither the other rows nor the moves change what is drafted.
        assert request.drafts == alone[request.id]


def test_no_request_sees_another():
    engine = Engine(prompt=True, history_tokens=10_000)
    first = Request("a", shifted(CODE, 300), shifted(EDITED, 300), {"prediction": shifted(CODE, 300)})
    second = Request("b", CODE, EDITED, {"prediction": CODE})
    engine.add(first, second)
    engine.run()
    third = Request("c", "#", EDITED, {"draft": "prompt"})
    engine.add(third)
    engine.run()
    assert all(token < 200 for draft in second.drafts for token in draft)
    known = set(map(ord, third.prompt + third.answer))
    assert all(token in known for draft in third.drafts for token in draft)
    # Written as if alone: nothing was learnt from the others.
    alone = Engine(prompt=True)
    copy = Request("c", "#", EDITED, {"draft": "prompt"})
    alone.add(copy)
    alone.run()
    assert copy.drafts == third.drafts


def test_a_named_history_is_shared_by_name_and_bounded():
    engine = Engine(history_tokens=3 * len(EDITED))
    for i in range(6):
        engine.add(Request(f"{i}", "#", EDITED, {"history": "mine"}))
        engine.run()
    again = Request("again", "#", EDITED, {"history": "mine"})
    other = Request("other", "#", EDITED, {"history": "yours"})
    engine.add(again, other)
    engine.run()
    assert again.steps < len(EDITED) / 20
    assert other.steps > 2 * again.steps
    assert engine.drafter._table._history.tokens <= 3 * len(EDITED)


def test_a_history_is_off_by_default():
    engine = Engine()
    for name in ("a", "b"):
        request = Request(name, "#", EDITED, {"history": "mine"})
        engine.add(request)
        engine.run()
        steps = request.steps
    alone = Engine()
    request = Request("a", "#", EDITED, {"history": "mine"})
    alone.add(request)
    alone.run()
    assert steps == request.steps


def test_requests_that_end_are_dropped():
    engine = Engine()
    requests = [Request(f"{i}", "#", EDITED, {"prediction": CODE}) for i in range(5)]
    engine.add(*requests)
    for _ in range(3):
        engine.step()
    assert engine.drafter.known_requests == 5
    engine.abort(requests[0])
    engine.abort(requests[3])
    engine.step()
    assert engine.drafter.known_requests == 3
    engine.run()
    last = Request("last", "#", "xy")
    engine.add(last)
    engine.run()
    assert engine.drafter.known_requests <= 1


def test_an_abort_that_nobody_names_is_noticed():
    engine = Engine()
    kept = Request("kept", "#", EDITED, {"prediction": CODE})
    lost = Request("lost", "#", EDITED, {"prediction": CODE})
    engine.add(kept, lost)
    engine.step()
    engine.rows.remove(lost)
    engine.step()
    assert engine.drafter.known_requests == 1


def test_a_preempted_request_goes_on():
    engine = Engine()
    request = Request("a", "#", EDITED, {"prediction": CODE})
    other = Request("b", "#", EDITED, {"prediction": CODE})
    engine.add(request, other)
    for _ in range(4):
        engine.step()
    engine.rows.remove(request)
    engine.waiting["a"] = request
    engine.step()
    engine.waiting.clear()
    engine.add(request)
    engine.run()
    assert request.text == EDITED
    assert request.steps < len(EDITED) / 4


def test_an_id_that_is_used_again_for_another_text():
    engine = Engine()
    request = Request("a", "#", EDITED, {"prediction": CODE})
    engine.add(request)
    for _ in range(5):
        engine.step()
    engine.rows.clear()
    again = Request("a", "#" * 30, shifted(EDITED, 300), {"prediction": shifted(CODE, 300)})
    engine.add(again)
    engine.run()
    assert again.steps < len(EDITED) / 4


def test_drafts_end_before_the_context_does():
    # The double checks each draft; one row near the end does not stop the others.
    engine = Engine(max_model_len=60 + len(EDITED), drafted=127)
    near = Request("near", "#" * 59, EDITED, {"prediction": EDITED})
    far = Request("far", "#", EDITED, {"prediction": EDITED})
    engine.add(near, far)
    engine.run()
    assert near.text == far.text == EDITED
    assert near.steps <= 6
    assert far.steps <= 6


def test_texts_longer_than_the_bound_are_cut():
    engine = Engine(max_model_len=400, texts=1.0)
    request = Request("a", "#", EDITED, {"prediction": EDITED + "y" * 50_000, "context": ["z" * 10_000] * 5})
    engine.add(request)
    engine.step()
    state = engine.drafter._table._states["a"]
    texts = state.drafter._texts
    assert len(texts.source.index.tokens) == 400
    assert sum(len(text.index.tokens) for text in texts.others) == 0
    engine.run()
    assert request.steps < 20


def test_drafts_leave_room_in_the_step():
    engine = Engine(step_tokens=100, drafted=64)
    requests = [Request(f"{i}", "#", EDITED, {"prediction": EDITED}) for i in range(8)]
    engine.add(*requests)
    engine.run()
    assert max(engine.step_sizes[1:]) <= 8 + (100 - 8) / 2
    assert all(request.text == EDITED for request in requests)


TEXT = "".join(EDITED.replace("r", name) for name in "ab")


def load(engine: Engine, rows: int) -> list[Request]:
    requests = [Request(f"{engine.steps}-{i}", "#", TEXT, {"prediction": CODE * 2}) for i in range(rows)]
    engine.add(*requests)
    engine.run()
    return requests


def test_drafts_shrink_as_the_batch_grows():
    # Up to 16 tokens a step are free, then each token costs a 16th of a plain step.
    def seconds(tokens):
        return 1.0 if tokens <= 16 else 1.0 + (tokens - 16) / 16

    longest = []
    for rows in (1, 8):
        engine = Engine(seconds=seconds, cost="measured", step_tokens=4096)
        load(engine, rows)
        drafts = [draft for request in load(engine, rows) for draft in request.drafts]
        longest.append(sum(map(len, drafts)) / len(drafts))
    assert longest[1] < longest[0] / 2


@pytest.mark.parametrize("rows", [1, 4])
def test_load_costs_no_time(rows):
    # Every token costs the same: nothing can be gained, so little may be lost once that is measured.
    engine = Engine(seconds=float, cost="measured", step_tokens=4096)
    load(engine, rows)
    started = engine.clock.now
    load(engine, rows)
    plain = rows * len(TEXT)
    assert engine.clock.now - started <= plain / 0.97


def test_the_first_steps_measure_plain_decoding():
    engine = Engine(seconds=lambda _tokens: 1.0, cost="measured")
    (request,) = load(engine, 1)
    assert request.drafts[:4] == [[]] * 4
    assert request.steps < len(TEXT) / 3


@pytest.mark.parametrize("rows", [1, 4])
def test_a_slow_drafter_costs_little(rows):
    # Finding a draft takes as long as three plain steps, and texts that the answer has nothing of are predicted.
    engine = Engine(seconds=lambda _tokens: 1.0, drafting=3.0, cost="measured", step_tokens=4096)
    other = shifted(CODE * 2, 300)
    load(engine, rows)
    started = engine.clock.now
    requests = [Request(f"wrong-{i}", "#", TEXT, {"prediction": other}) for i in range(rows)]
    engine.add(*requests)
    engine.run()
    assert all(request.text == TEXT for request in requests)
    # Drafting in every step would take 3 * rows + 1 times as long.
    assert engine.clock.now - started <= len(TEXT) * 1.05 + 30 * rows


def test_a_slow_drafter_still_drafts_where_it_pays():
    engine = Engine(seconds=lambda _tokens: 1.0, drafting=3.0, cost="measured", step_tokens=4096)
    load(engine, 1)
    started = engine.clock.now
    engine.add(Request("right", "#", EDITED * 2, {"prediction": CODE * 2}))
    engine.run()
    assert engine.clock.now - started < len(EDITED * 2) / 2


def test_a_request_that_is_paused_is_followed():
    # What it writes meanwhile is known when it is drafted for again.
    engine = Engine(seconds=lambda _tokens: 1.0, drafting=2.0, cost="measured")
    load(engine, 1)
    foreign = shifted(CODE, 300)
    request = Request("a", "#", foreign * 2 + EDITED * 2, {"prediction": CODE})
    engine.add(request)
    engine.run()
    assert request.text == request.answer
    assert [] in request.drafts[:150]
    assert max(map(len, request.drafts[-20:])) > 8
