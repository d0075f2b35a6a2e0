"""A small Llama: RMSNorm, rotary positions (interleaved pairs), SwiGLU, tied embedding.

Batches are packed: the linear layers see one long row of tokens without padding, only attention knows the sequences. A
sequence is given by its length, or, where several continuations share a prompt, by (prompt, continuation, continuation, ...):
the prompt stands in the row once and every continuation sees it and itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Span = int | tuple[int, ...]


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. The recipe's own: draft, default, and larger ones for a GPU."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    hidden: int


def rotary_table(length: int, head_width: int, base: float = 10_000.0) -> Tensor:
    """Rotations as unit complex numbers [length, head_width / 2]."""
    frequencies = base ** (-torch.arange(0, head_width, 2).float() / head_width)
    angles = torch.outer(torch.arange(length).float(), frequencies)
    return torch.polar(torch.ones_like(angles), angles)


def rotate(x: Tensor, rotations: Tensor) -> Tensor:
    """Rotates the pairs (0, 1), (2, 3), ... of the last dimension; x is [tokens, heads, head_width]."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * rotations[:, None]).flatten(-2).to(x.dtype)


def positions_of(spans: list[Span]) -> Tensor:
    """Position of every token of the packed row; continuations of one prompt all begin where it ends."""
    parts = []
    for span in spans:
        prompt, *continuations = (span,) if isinstance(span, int) else span
        parts += [torch.arange(prompt), *(torch.arange(prompt, prompt + length) for length in continuations)]
    return torch.cat(parts)


def causal_attention(query: Tensor, key: Tensor, value: Tensor, spans: list[Span], block: int = 256) -> Tensor:
    """Attention inside each sequence of the packed row; all are [tokens, heads, head_width].

    On a CPU in blocks of rows, so that the masked half is never computed; on a GPU by the fused kernel, padded to the
    longest sequence (batches are made of sequences of like length).
    """
    if query.is_cuda and all(isinstance(span, int) for span in spans):
        return padded_attention(query, key, value, spans)
    query = query * (1 / math.sqrt(query.shape[-1]))
    outputs = []
    start = 0
    for span in spans:
        prompt, *continuations = (span,) if isinstance(span, int) else span
        q, k, v = (x[start:start + prompt].transpose(0, 1) for x in (query, key, value))
        for first in range(0, prompt, block):
            last = min(prompt, first + block)
            outputs.append(BlockAttention.apply(q[:, first:last], k[:, :last], v[:, :last]).transpose(0, 1))
        start += prompt
        for length in continuations:
            own_q, own_k, own_v = (x[start:start + length].transpose(0, 1) for x in (query, key, value))
            both_k, both_v = torch.cat((k, own_k), 1), torch.cat((v, own_v), 1)
            outputs.append(BlockAttention.apply(own_q, both_k, both_v).transpose(0, 1))
            start += length
    return torch.cat(outputs)


class BlockAttention(torch.autograd.Function):
    """Softmax attention of the last rows of a causal block: query [heads, n, w] (scaled), key and value [heads, m, w], n <= m.

    Written out because autograd's own keeps and converts several [heads, n, m] arrays, which on a CPU costs more time than
    the products. Probabilities are kept in the type of the query.
    """

    @staticmethod
    def forward(ctx, query: Tensor, key: Tensor, value: Tensor) -> Tensor:  # type: ignore[override]
        n, m = query.shape[1], key.shape[1]
        scores = query @ key.transpose(1, 2)
        hidden = torch.ones(n, n, dtype=torch.bool, device=query.device).triu_(1)
        scores[:, :, m - n:].masked_fill_(hidden, float("-inf"))
        probabilities = scores.softmax(-1)
        output = probabilities @ value
        ctx.save_for_backward(query, key, value, probabilities, output)
        return output

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # type: ignore[override]
        query, key, value, probabilities, output = ctx.saved_tensors
        gradient_value = probabilities.transpose(1, 2) @ gradient
        inner = gradient @ value.transpose(1, 2)
        inner.sub_((gradient * output).sum(-1, keepdim=True)).mul_(probabilities)
        return inner @ key, inner.transpose(1, 2) @ query, gradient_value


def padded_attention(query: Tensor, key: Tensor, value: Tensor, lengths: list[int]) -> Tensor:
    longest = max(lengths)
    where = torch.cat([torch.arange(n) + i * longest for i, n in enumerate(lengths)]).to(query.device)

    def pad(x: Tensor) -> Tensor:
        room = x.new_zeros(len(lengths) * longest, *x.shape[1:])
        return room.index_copy(0, where, x).view(len(lengths), longest, *x.shape[1:]).transpose(1, 2)

    output = F.scaled_dot_product_attention(pad(query), pad(key), pad(value), is_causal=True)
    return output.transpose(1, 2).flatten(0, 1).index_select(0, where)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.query = nn.Linear(shape.width, shape.width, bias=False)
        self.key = nn.Linear(shape.width, shape.width, bias=False)
        self.value = nn.Linear(shape.width, shape.width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, rotations: Tensor, spans: list[Span]) -> Tensor:
        # Matrices with the same input are multiplied as one: fewer, larger products.
        y = self.attention_norm(x)
        heads = fused(y, self.query, self.key, self.value).view(len(x), 3 * self.heads, -1)
        query, key = rotate(heads[:, :2 * self.heads], rotations).chunk(2, 1)
        value = heads[:, 2 * self.heads:]
        x = x + self.output(causal_attention(query, key, value, spans).flatten(1))
        gate, up = fused(self.ffn_norm(x), self.gate, self.up).chunk(2, 1)
        return x + self.down(F.silu(gate) * up)


def fused(x: Tensor, *layers: nn.Linear) -> Tensor:
    """The outputs of several layers on the same input, side by side."""
    return F.linear(x, torch.cat([layer.weight for layer in layers]))


class ApplyModel(nn.Module):
    def __init__(self, shape: Shape, longest: int = 4096) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.register_buffer("rotations", rotary_table(longest, shape.width // shape.heads), persistent=False)
        self.initialise()

    def initialise(self) -> None:
        """Normal 0.02 for the embedding, 1/sqrt(inputs) for matrices, and less for those that add to the residual."""
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                deviation = 0.02 if name.startswith("embedding") else 0.7 / math.sqrt(parameter.shape[1])
                if name.endswith(("output.weight", "down.weight")):
                    deviation /= math.sqrt(2 * self.shape.layers)
                nn.init.normal_(parameter, std=deviation)

    def forward(self, tokens: Tensor, spans: list[Span], rows: Tensor | None = None) -> Tensor:
        """Logits of a packed batch: tokens [n] (sequences one after the other), the span of each, and which rows to score."""
        rotations = self.rotations[positions_of(spans).to(tokens.device)]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, rotations, spans)
        x = self.norm(x)
        if rows is not None:
            x = x[rows]
        return F.linear(x, self.embedding.weight)

    def load_gguf(self, weights: dict[str, Tensor]) -> None:
        """Takes the weights of a GGUF of the same shape (names as llama.cpp has them)."""
        from redraft_training.gguf_io import gguf_name

        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(weights[gguf_name(name)].view_as(parameter))
