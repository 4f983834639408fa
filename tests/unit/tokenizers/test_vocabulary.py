import hashlib
import importlib
import lzma
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from headroom.errors import TokenizationError
from headroom.tokenizers import vocabulary
from headroom.tokenizers.vocabulary import BUILT_IN, VOCABULARIES, built_in_ranks, found_ranks, is_here, pack, unpack

PUBLISHED = Path("llama_index", "core", "_static", "tiktoken_cache")


def test_the_vocabulary_in_the_wheel_is_the_published_one() -> None:
    ranks = built_in_ranks()
    if not is_here(BUILT_IN):
        pytest.skip("no copy of the published file on this machine")

    assert ranks == found_ranks(BUILT_IN)


def test_every_byte_is_a_token_and_ranks_are_consecutive() -> None:
    ranks = built_in_ranks()

    assert all(bytes([byte]) in ranks for byte in range(256))
    assert list(ranks.values()) == list(range(199_998))


def test_patterns_and_special_tokens_are_those_of_tiktoken(monkeypatch: pytest.MonkeyPatch) -> None:
    openai_public = importlib.import_module("tiktoken_ext.openai_public")

    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        openai_public, "load_tiktoken_bpe", lambda url, expected_hash: asked.append((url, expected_hash))
    )
    for name, ours in VOCABULARIES.items():
        theirs = openai_public.ENCODING_CONSTRUCTORS[name]()

        assert (ours.pattern, ours.special) == (theirs["pat_str"], theirs["special_tokens"])
        assert asked.pop() == (ours.url, ours.sha256)


def test_packing_is_undone_by_unpacking() -> None:
    tokens = [b"a", bytes(range(128)), b"\x00", b"the"]

    assert list(unpack(pack(tokens))) == tokens


def test_a_damaged_file_in_the_wheel_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / vocabulary.DUMP_FILE).write_bytes(lzma.compress(pack([b"a"])))
    monkeypatch.setattr(vocabulary, "files", lambda package: tmp_path)

    with pytest.raises(TokenizationError, match=r"damaged.*file=o200k_base"):
        built_in_ranks()


def test_a_tiktoken_cache_is_used_only_where_its_digest_is_right(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = hashlib.sha1(VOCABULARIES["cl100k_base"].url.encode()).hexdigest()
    (tmp_path / name).write_bytes(b"YQ== 0\n")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)

    assert is_here("cl100k_base")
    assert found_ranks("cl100k_base") is None


def test_looking_for_a_vocabulary_does_not_import_llama_index() -> None:
    program = (
        "import sys; from headroom.tokenizers.vocabulary import is_here; is_here('cl100k_base');"
        "sys.exit(any(name.startswith('llama_index') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", program], env=dict(os.environ), check=False).returncode == 0


def test_counting_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    from headroom.tokenizers.tiktoken_counter import TiktokenCounter, load_encoding

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    load_encoding.cache_clear()

    assert TiktokenCounter("o200k_base").count_text("Hello, world!") == 4
    assert TiktokenCounter("cl100k_base").count_text("Hello, world!") >= 4
