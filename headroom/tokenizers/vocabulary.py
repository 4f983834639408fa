"""Where token vocabularies come from: o200k_base out of the wheel, others from files that are already here.

Never the network: a vocabulary that is nowhere on this machine is None, and the caller estimates.
Patterns, special tokens and hashes are those that tiktoken publishes (MIT, `tiktoken_ext/openai_public.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.util
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path

from headroom.environment import read_text
from headroom.errors import TokenizationError

LETTERS = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
LOWERS = r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K_PATTERN = "|".join(
    [
        rf"[^\r\n\p{{L}}\p{{N}}]?[{LETTERS}]*[{LOWERS}]+{CONTRACTION}",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{LETTERS}]+[{LOWERS}]*{CONTRACTION}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|"
    r"\s+(?!\S)|\s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is published about one vocabulary.

    Attributes:
        pattern: How text is split before merging; syntax of the Rust crate fancy-regex.
        special: Special tokens; only there to build the encoder, text is never read as one.
        url: Where the ranks are published; its SHA-1 is their file name in a tiktoken cache.
        sha256: Digest of the published file.
        factor: Its tokens per o200k_base token, for estimates.
    """

    pattern: str = field(repr=False)
    special: dict[str, int] = field(repr=False)
    url: str
    sha256: str
    factor: float


PUBLISHED = "https://openaipublic.blob.core.windows.net/encodings/"
BUILT_IN = "o200k_base"
VOCABULARIES = {
    BUILT_IN: Vocabulary(
        pattern=O200K_PATTERN,
        special={"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
        url=f"{PUBLISHED}o200k_base.tiktoken",
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        factor=1.0,
    ),
    "cl100k_base": Vocabulary(
        pattern=CL100K_PATTERN,
        special={
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
        url=f"{PUBLISHED}cl100k_base.tiktoken",
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        factor=1.02,  # on 1,120 real tool outputs: median 1.00, 90th percentile 1.02
    ),
}

# Lengths and token bytes of o200k_base in rank order, see `pack`; written by tools/make_vocabulary.py.
DUMP_FILE = "o200k_base.bin.xz"
DUMP_SHA256 = "2f451f31d7403017d0b0dc6319ded23a09f33f573b1635c001fc6b91a1c21302"


def built_in_ranks() -> dict[bytes, int]:
    """Token bytes to rank of o200k_base, from the file in the wheel; some 60 ms.

    Raises:
        TokenizationError: The file is missing or damaged; the installation is broken.
    """
    try:
        dump = lzma.decompress(files("headroom.tokenizers").joinpath("data").joinpath(DUMP_FILE).read_bytes())
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise TokenizationError("the built-in vocabulary cannot be read", file=DUMP_FILE) from error
    if hashlib.sha256(dump).hexdigest() != DUMP_SHA256:
        raise TokenizationError("the built-in vocabulary is damaged", file=DUMP_FILE)
    return dict(zip(unpack(dump), range(len(dump)), strict=False))


def pack(tokens: list[bytes]) -> bytes:
    """One block: the number of tokens (4 bytes, big-endian), a length byte for each, then all their bytes."""
    return len(tokens).to_bytes(4, "big") + bytes(map(len, tokens)) + b"".join(tokens)


def unpack(dump: bytes) -> Iterator[bytes]:
    """The tokens of `pack`, in order.

    >>> list(unpack(pack([b"a", b"the"])))
    [b'a', b'the']
    """
    start = 4 + int.from_bytes(dump[:4], "big")
    ends = list(accumulate(dump[4:start], initial=start))
    return (dump[begin:end] for begin, end in pairwise(ends))


def found_ranks(name: str) -> dict[bytes, int] | None:
    """Token bytes to rank of another published vocabulary, or None where no intact copy is on this machine."""
    vocabulary = VOCABULARIES[name]
    for path in places(vocabulary.url):
        try:
            published = path.read_bytes()
        except OSError:
            continue
        if hashlib.sha256(published).hexdigest() == vocabulary.sha256:
            return parse_published(published)
    return None


def is_here(name: str) -> bool:
    """Whether a file that should hold the vocabulary is on this machine; does not read it."""
    return any(path.is_file() for path in places(VOCABULARIES[name].url))


def places(url: str) -> Iterator[Path]:
    """Files that may hold what is published at `url`: tiktoken's cache, then an installed llama-index-core."""
    name = hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
    if cache := read_text("TIKTOKEN_CACHE_DIR"):  # tiktoken's own variable, not one of ours
        yield Path(cache) / name
    try:
        package = importlib.util.find_spec("llama_index")  # finds the namespace, imports nothing
    except (ImportError, ValueError):
        package = None
    for folder in (package.submodule_search_locations or []) if package else []:
        yield Path(folder) / "core" / "_static" / "tiktoken_cache" / name


def parse_published(published: bytes) -> dict[bytes, int]:
    """Read tiktoken's text form: a base64 token and its rank on each line.

    Raises:
        TokenizationError: It is not in that form.
    """
    try:
        pairs = (line.split() for line in published.splitlines() if line)
        return {base64.b64decode(token): int(rank) for token, rank in pairs}
    except (ValueError, binascii.Error) as error:
        raise TokenizationError("not a tiktoken vocabulary") from error
