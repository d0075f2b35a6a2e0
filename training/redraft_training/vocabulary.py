"""The tokenizer: SentencePiece BPE in which no piece spans a line, and the prompt form that both sides share.

    "<|file|>" + original lines + "<|sketch|>" + sketch lines + "<|apply|>" + merged lines + </s>

Every line ends in "\\n". "\\n" is a symbol of its own, so a line has the same tokens wherever it stands.
"""

from __future__ import annotations

from pathlib import Path

import sentencepiece

UNKNOWN, BEGIN, END = 0, 1, 2
ROLES = ("\n", "<|file|>", "<|sketch|>", "<|apply|>")
NEWLINE, FILE, SKETCH, APPLY = 3, 4, 5, 6

# Types of the pieces as SentencePiece and GGUF number them alike.
NORMAL, TYPE_UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6


class Vocabulary:
    """Encodes lines and texts; wraps a SentencePiece model."""

    def __init__(self, processor: sentencepiece.SentencePieceProcessor) -> None:
        self.processor = processor
        assert [processor.piece_to_id(role) for role in ROLES] == [NEWLINE, FILE, SKETCH, APPLY]

    @staticmethod
    def from_model(path: str | Path) -> Vocabulary:
        return Vocabulary(sentencepiece.SentencePieceProcessor(model_file=str(path)))

    @staticmethod
    def from_pieces(pieces: list[tuple[str, float, int]]) -> Vocabulary:
        """From (text, score, type) as a GGUF holds them, so that a model can be trained on without its tokenizer's file."""
        return Vocabulary(sentencepiece.SentencePieceProcessor(model_proto=model_proto(pieces)))

    def __len__(self) -> int:
        return self.processor.vocab_size()

    def encode(self, text: str) -> list[int]:
        return self.processor.encode(text)

    def decode(self, tokens: list[int]) -> str:
        return self.processor.decode(tokens)

    def lines(self, lines: list[str]) -> list[int]:
        """Tokens of the lines, each ended by the newline symbol."""
        return [token for line in self.processor.encode(lines) for token in (*line, NEWLINE)]

    def prompt(self, original: list[str], sketch: list[str]) -> list[int]:
        return [FILE, *self.lines(original), SKETCH, *self.lines(sketch), APPLY]

    def offsets(self, tokens: list[int]) -> list[int]:
        """Starting character of each token in the decoded text, then the text's length.

        The bytes of one character share its place: the first takes it, the others are empty.
        """
        starts = [0]
        for token in tokens:
            if self.processor.is_byte(token):
                continuation = int(self.processor.id_to_piece(token)[3:5], 16) & 0xC0 == 0x80
                starts.append(starts[-1] + (0 if continuation else 1))
            else:
                starts.append(starts[-1] + len(self.processor.id_to_piece(token)))
        return starts

    def pieces(self) -> list[tuple[str, float, int]]:
        """(text, score, type) of every piece, in the order of the ids."""
        processor = self.processor
        found = []
        for token in range(len(self)):
            kind = (TYPE_UNKNOWN if processor.is_unknown(token) else CONTROL if processor.is_control(token)
                    else BYTE if processor.is_byte(token) else USER_DEFINED if NEWLINE <= token <= APPLY else NORMAL)
            found.append((processor.id_to_piece(token), processor.get_score(token), kind))
        return found


def model_proto(pieces: list[tuple[str, float, int]]) -> bytes:
    """A SentencePiece model with these pieces and this recipe's settings."""
    from sentencepiece import sentencepiece_model_pb2 as schema

    model = schema.ModelProto()
    for text, score, kind in pieces:
        model.pieces.add(piece=text, score=score, type=kind)
    model.trainer_spec.model_type = schema.TrainerSpec.BPE
    model.trainer_spec.vocab_size = len(pieces)
    model.trainer_spec.byte_fallback = True
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    model.normalizer_spec.escape_whitespaces = True
    return model.SerializeToString()


def train(sentences: list[str], size: int, model_prefix: str) -> None:
    """Trains the tokenizer on single lines of code."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_prefix=model_prefix, vocab_size=size, model_type="bpe",
        byte_fallback=True, normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True, split_digits=True, user_defined_symbols=list(ROLES),
        unk_id=UNKNOWN, bos_id=BEGIN, eos_id=END, pad_id=-1, character_coverage=0.9995, max_sentence_length=4096,
        hard_vocab_limit=False, num_threads=2, minloglevel=2)
