"""GGUF in and out: weights and tokenizer in the layout that llama.cpp reads (architecture `llama`)."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch

from redraft_training.model import Shape
from redraft_training.vocabulary import BEGIN, END, UNKNOWN, Vocabulary

CONTEXT_LENGTH = 8192

# ours -> GGUF, inside block N
BLOCK_NAMES = {
    "attention_norm.weight": "attn_norm.weight", "ffn_norm.weight": "ffn_norm.weight",
    "query.weight": "attn_q.weight", "key.weight": "attn_k.weight", "value.weight": "attn_v.weight",
    "output.weight": "attn_output.weight", "gate.weight": "ffn_gate.weight", "up.weight": "ffn_up.weight",
    "down.weight": "ffn_down.weight",
}


def gguf_name(name: str) -> str:
    """The GGUF name of one of the model's parameters."""
    if name == "embedding.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, number, rest = name.split(".", 2)
    return f"blk.{number}.{BLOCK_NAMES[rest]}"


def read(path: str | Path) -> tuple[Shape, dict[str, torch.Tensor], Vocabulary]:
    """Shape, weights by GGUF name (f32) and tokenizer of any GGUF of the recipe's shape."""
    reader = gguf.GGUFReader(str(path))
    fields = {name: field for name, field in reader.fields.items()}

    def value(name: str) -> int:
        return fields[f"llama.{name}"].contents()

    if fields["general.architecture"].contents() != "llama":
        raise SystemExit(f"{path} has the architecture {fields['general.architecture'].contents()}, not llama")
    shape = Shape(vocabulary=value("vocab_size"), width=value("embedding_length"), layers=value("block_count"),
                  heads=value("attention.head_count"), hidden=value("feed_forward_length"))
    weights = {tensor.name: torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
               for tensor in reader.tensors}
    return shape, weights, vocabulary_from(fields)


def vocabulary_from(fields: dict[str, gguf.ReaderField]) -> Vocabulary:
    pieces = list(zip(fields["tokenizer.ggml.tokens"].contents(), fields["tokenizer.ggml.scores"].contents(),
                      fields["tokenizer.ggml.token_type"].contents(), strict=True))
    return Vocabulary.from_pieces(pieces)


def vocabulary_of(path: str | Path) -> Vocabulary:
    """The tokenizer of a SentencePiece `.model` file or of a GGUF."""
    if str(path).endswith(".gguf"):
        return vocabulary_from(dict(gguf.GGUFReader(str(path)).fields))
    return Vocabulary.from_model(path)


def write(path: str | Path, name: str, shape: Shape, weights: dict[str, torch.Tensor], vocabulary: Vocabulary,
          kind: str = "f16", facts: dict[str, str] | None = None) -> None:
    """Writes a GGUF. Matrices become `kind` (f16 or q8_0), norms stay f32; the output is tied to the embedding."""
    quantized = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0}[kind]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(name)
    for key, text in (facts or {}).items():
        writer.add_string(key, text)
    writer.add_context_length(CONTEXT_LENGTH)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if kind == "f16" else gguf.LlamaFileType.MOSTLY_Q8_0)
    pieces = vocabulary.pieces()
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _, _ in pieces])
    writer.add_token_scores([score for _, score, _ in pieces])
    writer.add_token_types([kind_ for _, _, kind_ in pieces])
    writer.add_unk_token_id(UNKNOWN)
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    for parameter, tensor in weights.items():
        array = tensor.detach().float().cpu().numpy()
        if array.ndim == 1:
            writer.add_tensor(gguf_name(parameter), array)
        else:
            writer.add_tensor(gguf_name(parameter), gguf.quantize(array, quantized), raw_dtype=quantized)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
