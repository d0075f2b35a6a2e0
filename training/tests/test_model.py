import numpy as np
import pytest
import torch
from torch.nn import functional as F

from redraft_training import gguf_io
from redraft_training.changed import changed_stretches, edit_weights
from redraft_training.disguise import Disguise
from redraft_training.model import ApplyModel, Shape, causal_attention, padded_attention
from redraft_training.muon import orthogonalised
from redraft_training.ranking import candidate_scores, ranking_loss
from redraft_training.vocabulary import APPLY, FILE, NEWLINE, SKETCH, Vocabulary
from redraft_training.write import write_greedily

SHAPE = Shape(vocabulary=0, width=64, layers=2, heads=2, hidden=96)


@pytest.fixture(scope="module")
def model(vocabulary):
    torch.manual_seed(1)
    return ApplyModel(Shape(len(vocabulary), SHAPE.width, SHAPE.layers, SHAPE.heads, SHAPE.hidden))


def test_no_token_spans_a_line(vocabulary):
    lines = ["def load(user):", "    return user  # é 😀", "", "\tx = 12"]
    tokens = vocabulary.lines(lines)
    assert tokens.count(NEWLINE) == len(lines)
    assert vocabulary.decode(tokens) == "\n".join(lines) + "\n"
    assert tokens == [token for line in lines for token in vocabulary.lines([line])]
    prompt = vocabulary.prompt(lines, lines[:1])
    assert [prompt[0], prompt[-1]] == [FILE, APPLY] and prompt.count(SKETCH) == 1
    assert prompt == vocabulary.encode("<|file|>" + "\n".join(lines) + "\n<|sketch|>" + lines[0] + "\n<|apply|>")


def test_offsets_count_characters(vocabulary):
    lines = ["é = load(😀)", "ok"]
    tokens = vocabulary.lines(lines)
    offsets = vocabulary.offsets(tokens)
    assert offsets[-1] == len("\n".join(lines)) + 1
    assert offsets == sorted(offsets)


def test_a_tokenizer_survives_its_gguf(vocabulary):
    again = Vocabulary.from_pieces(vocabulary.pieces())
    text = "    return load(order_12, \"ä\")"
    assert again.encode(text) == vocabulary.encode(text)


def test_attention_is_attention():
    torch.manual_seed(0)
    lengths = [70, 300, 5]
    shape = (sum(lengths), 2, 16)
    query, key, value = (torch.randn(shape, requires_grad=True) for _ in range(3))
    ours = causal_attention(query, key, value, lengths, block=64)
    theirs = padded_attention(query, key, value, lengths)
    assert torch.allclose(ours, theirs, atol=1e-5)
    gradient = torch.randn_like(ours)
    mine = torch.autograd.grad(ours, (query, key, value), gradient)
    wanted = torch.autograd.grad(theirs, (query, key, value), gradient)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(mine, wanted, strict=True))


def test_packed_sequences_do_not_see_each_other(model):
    first, second = torch.randint(7, 400, (30,)), torch.randint(7, 400, (50,))
    both = model(torch.cat([first, second]), [30, 50])
    assert torch.allclose(both[30:], model(second, [50]), atol=1e-4)


def test_a_gguf_gives_the_same_logits(model, vocabulary, tmp_path):
    for kind, tolerance in (("f16", 2e-2), ("q8_0", 1e-1)):
        path = tmp_path / f"{kind}.gguf"
        gguf_io.write(path, "test", model.shape, dict(model.named_parameters()), vocabulary, kind)
        shape, weights, again = gguf_io.read(path)
        assert shape == model.shape
        assert [(text, kind) for text, _, kind in again.pieces()] == [(text, kind) for text, _, kind in vocabulary.pieces()]
        other = ApplyModel(shape)
        other.load_gguf(weights)
        tokens = torch.randint(7, 400, (40,))
        assert (other(tokens, [40]) - model(tokens, [40])).abs().max() < tolerance


def test_muon_steps_are_orthogonal():
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalised(torch.randn(32, 96)))
    assert values.min() > 0.6 and values.max() < 1.3


def test_greedy_writing_needs_no_draft_to_be_right(model):
    prompt = [FILE, 20, 21, 22, NEWLINE, SKETCH, 20, NEWLINE, APPLY]
    drafted = write_greedily(model, prompt, 12)
    sequence = list(prompt)
    for _ in range(12):
        token = int(model(torch.tensor(sequence), [len(sequence)])[-1].argmax())
        sequence.append(token)
        if token == 2:
            break
    assert drafted == sequence[len(prompt):]


def test_a_disguise_keeps_shape_and_equality(vocabulary):
    disguise = Disguise(vocabulary, 1)
    text = np.array(vocabulary.lines(["def load(user):", "    # ... existing code ...", "    return user"]))
    hidden = disguise.apply(text)
    assert (hidden != text).any()
    assert ((text[:, None] == text) == (hidden[:, None] == hidden)).all()
    assert (hidden[text == NEWLINE] == NEWLINE).all()


def test_weights_follow_characters():
    original, merged = "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 20\nc = 3\n"
    assert changed_stretches(original, merged) == [(11, 12)]
    offsets = list(range(len(merged) + 1))  # one token per character
    weights = edit_weights(original, merged, offsets, copied=0.0, resume=2)
    assert [i for i, weight in enumerate(weights) if weight] == [11, 13, 14]
    assert set(edit_weights(original, merged, offsets, copied=1.0)) == {1.0}


def test_a_removal_weighs_where_copying_resumes():
    weights = edit_weights("a\nb\nc\n", "a\nc\n", list(range(5)), copied=0.1, resume=1)
    assert weights == [0.1, 0.1, 1.0, 0.1]


def test_the_loss_falls_on_a_repeated_example(vocabulary):
    torch.manual_seed(2)
    small = ApplyModel(Shape(len(vocabulary), 64, 2, 2, 96))
    tokens = torch.tensor(vocabulary.prompt(["def load(user):", "    return user"], ["    return 1"]))
    optimizer = torch.optim.AdamW(small.parameters(), lr=3e-3)
    losses = []
    for _ in range(25):
        loss = F.cross_entropy(small(tokens[:-1], [len(tokens) - 1]), tokens[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_candidates_share_their_prompt(model):
    groups = [{"prompt": [FILE, 20, 21, NEWLINE, SKETCH, 22, NEWLINE, APPLY], "right": 1,
               "candidates": [[20, NEWLINE, 2], [22, 21, NEWLINE, 2], [2]]},
              {"prompt": [FILE, 30, NEWLINE, SKETCH, 31, NEWLINE, APPLY], "right": 0, "candidates": [[31, 2], [30, 2]]}]
    found = candidate_scores(model, groups, "cpu")
    for group, scores in zip(groups, found, strict=True):
        for candidate, score in zip(group["candidates"], scores, strict=True):
            tokens = torch.tensor(group["prompt"] + candidate)
            rows = torch.arange(len(group["prompt"]) - 1, len(tokens) - 1)
            alone = -F.cross_entropy(model(tokens[:-1], [len(tokens) - 1], rows), torch.tensor(candidate), reduction="sum")
            assert torch.allclose(score, alone, atol=1e-3)
    loss, share = ranking_loss(model, groups, "cpu")
    assert loss.item() > 0 and 0 <= share <= 1
