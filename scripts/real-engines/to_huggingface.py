"""Turns a GGUF into a Hugging Face folder that vLLM and SGLang load.

    python to_huggingface.py model.gguf FOLDER

Architecture `llama` with a SentencePiece BPE vocabulary (Redraft's own weights) is converted here; any other
architecture is dequantised by transformers. Needs numpy, gguf, tokenizers, transformers and torch: the environment of
vLLM has all but two (`pip install gguf==0.19.0 accelerate`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def half_split(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows of q or k, (heads * width, inputs): from rotary pairs side by side to pairs half a head apart."""
    rows, inputs = weights.shape
    return weights.reshape(heads, rows // heads // 2, 2, inputs).swapaxes(1, 2).reshape(rows, inputs)


def parameter_name(name: str) -> str:
    parts = name.removesuffix(".weight").split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{NAMES[parts[2]]}.weight"
    return f"{NAMES[parts[0]]}.weight"


def merges_of(pieces: list[str], scores: list[float], kinds: list[int]) -> list[tuple[str, str]]:
    """The BPE merges behind SentencePiece pieces: every split of a piece into two pieces, by falling score."""
    known = {piece: i for i, piece in enumerate(pieces) if kinds[i] == NORMAL}
    merges = []
    for piece, i in known.items():
        splits = [(piece[:at], piece[at:]) for at in range(1, len(piece))]
        splits = [pair for pair in splits if pair[0] in known and pair[1] in known]
        splits.sort(key=lambda pair: (known[pair[0]], known[pair[1]]))
        merges.extend((-scores[i], pair) for pair in splits)
    merges.sort(key=lambda entry: entry[0])
    return [pair for _, pair in merges]


def tokenizer_of(field) -> PreTrainedTokenizerFast:
    pieces = field("tokenizer.ggml.tokens")
    scores = field("tokenizer.ggml.scores")
    kinds = field("tokenizer.ggml.token_type")
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    spaced = any("\u2581" in piece for piece in pieces)
    model = models.BPE(
        vocab=vocabulary,
        merges=merges_of(pieces, scores, kinds),
        unk_token=pieces[field("tokenizer.ggml.unknown_token_id")],
        fuse_unk=True,
        byte_fallback=True,
    )
    tokenizer = Tokenizer(model)
    steps = [decoders.ByteFallback(), decoders.Fuse()]
    if spaced:
        from tokenizers import normalizers

        tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
        steps.insert(0, decoders.Replace("\u2581", " "))
    tokenizer.decoder = decoders.Sequence(steps)
    known = list(zip(pieces, kinds, strict=True))
    special = [AddedToken(piece, normalized=False, special=True) for piece, kind in known if kind == CONTROL]
    user = [
        AddedToken(piece, normalized=False, special=piece.startswith("<|"))
        for piece, kind in known
        if kind == USER_DEFINED
    ]
    tokenizer.add_special_tokens([*special, *(token for token in user if token.special)])
    tokenizer.add_tokens([token for token in user if not token.special])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=pieces[field("tokenizer.ggml.bos_token_id")],
        eos_token=pieces[field("tokenizer.ggml.eos_token_id")],
        unk_token=pieces[field("tokenizer.ggml.unknown_token_id")],
        clean_up_tokenization_spaces=False,
    )


def convert_llama(reader: gguf.GGUFReader, folder: Path) -> None:
    def field(name: str):
        return reader.fields[name].contents()

    heads = field("llama.attention.head_count")
    key_heads = field("llama.attention.head_count_kv")
    weights = {}
    for tensor in reader.tensors:
        array = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        kind = tensor.name.split(".")[-2]
        if kind in ("attn_q", "attn_k"):
            array = half_split(array, heads if kind == "attn_q" else key_heads)
        weights[parameter_name(tensor.name)] = torch.from_numpy(np.ascontiguousarray(array))
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(field("tokenizer.ggml.tokens")),
        "hidden_size": field("llama.embedding_length"),
        "intermediate_size": field("llama.feed_forward_length"),
        "num_hidden_layers": field("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": key_heads,
        "max_position_embeddings": field("llama.context_length"),
        "rms_norm_eps": float(field("llama.attention.layer_norm_rms_epsilon")),
        "rope_theta": float(field("llama.rope.freq_base")),
        "hidden_act": "silu",
        "tie_word_embeddings": "lm_head.weight" not in weights,
        "bos_token_id": field("tokenizer.ggml.bos_token_id"),
        "eos_token_id": field("tokenizer.ggml.eos_token_id"),
        "torch_dtype": "float32",
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer_of(field).save_pretrained(folder)


def convert_other(path: Path, folder: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    # The weights are dequantised; the mark of their origin would keep them from being saved.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**where).save_pretrained(folder)


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    reader = gguf.GGUFReader(str(path))
    is_llama = reader.fields["general.architecture"].contents() == "llama"
    if is_llama and reader.fields["tokenizer.ggml.model"].contents() == "llama":
        convert_llama(reader, folder)
    else:
        convert_other(path, folder)


if __name__ == "__main__":
    main()
