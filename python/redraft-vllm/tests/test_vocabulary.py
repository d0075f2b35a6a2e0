import pytest
from engine_double import SIZE, Characters

from redraft_vllm.drafting.spelling import TOKEN_CLASSES, Spelling, class_of_text
from redraft_vllm.fields import FieldError, Fields, read_fields
from redraft_vllm.vocabulary import Vocabulary


class Pieces:
    """Puts a blank before every text, and drops it where a text begins, as some SentencePiece tokenizers do."""

    def encode(self, text, add_special_tokens=False):
        return [ord(character) for character in f" {text}"]

    def decode(self, tokens, skip_special_tokens=False):
        return "".join(map(chr, tokens))


def test_a_blank_that_the_tokenizer_adds_is_left_out():
    vocabulary = Vocabulary(Pieces(), SIZE)
    assert vocabulary.encode("ab", 10) == [97, 98]
    assert vocabulary.text_of(98) == "b"


def test_a_blank_of_the_text_is_kept():
    assert Vocabulary(Characters(), SIZE).encode(" ab", 10) == [32, 97, 98]


def test_texts_are_cut():
    assert Vocabulary(Characters(), SIZE).encode("abcdef", 3) == [97, 98, 99]
    assert Vocabulary(Characters(), SIZE).encode((1, 2, 3), 2) == [1, 2]
    assert Vocabulary(Characters(), SIZE).encode("abc", 0) == []


def test_token_ids_must_be_the_models():
    with pytest.raises(FieldError, match="vocabulary"):
        Vocabulary(Characters(), SIZE).encode((SIZE,), 10)


def test_without_a_tokenizer_only_token_ids_work():
    vocabulary = Vocabulary(None, SIZE)
    assert vocabulary.encode((5, 6), 10) == [5, 6]
    assert vocabulary.text_of(5) == ""
    with pytest.raises(FieldError, match="without a tokenizer"):
        vocabulary.encode("a", 10)


@pytest.mark.parametrize(
    ("text", "name"),
    [("\n", "newline"), (" x\n", "newline"), ("\t ", "space"), (" größe", "word"), ("_a", "word"), ("²", "word"),
     (" (", "open"), ("}", "close"), ("'s", "quote"), ("+", "mark"), ("\ufeff", "space"), ("…", "mark")],
)  # fmt: skip
def test_classes_of_tokens(text, name):
    assert TOKEN_CLASSES[class_of_text(text)] == name


def test_tokens_are_asked_for_once():
    asked = []
    spelling = Spelling(lambda token: asked.append(token) or "𝒳")
    assert (spelling.length_of(7), spelling.class_of(7), spelling.class_of(-1)) == (2, 2, 6)
    assert asked == [7]


def test_fields():
    assert read_fields(None) == read_fields({}) == read_fields({"other": {}}) == Fields()
    xargs = {"prediction": ["a", "", "b"], "sketch": "s", "candidates": [1, 2], "draft": "prompt", "history": "h"}
    assert read_fields(xargs) == Fields(("a", "b"), "s", ((1, 2),), (), "prompt", "h")
    assert not read_fields({"prediction": "", "candidates": []}).has_texts


@pytest.mark.parametrize(
    "xargs",
    [
        {"prediction": 1},
        {"prediction": [1.5]},
        {"prediction": [-1]},
        {"prediction": [True]},
        {"context": {"a": 1}},
        {"draft": "on"},
        {"history": 3},
        {"history": "x" * 1000},
    ],
)
def test_fields_that_cannot_be_used(xargs):
    with pytest.raises(FieldError, match=next(iter(xargs))):
        read_fields(xargs)
