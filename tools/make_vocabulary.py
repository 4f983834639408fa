"""Build `headroom/tokenizers/data/o200k_base.bin.xz` from tiktoken's published ranks.

    python tools/make_vocabulary.py [FILE]

FILE is `o200k_base.tiktoken` as published; by default it is looked for in TIKTOKEN_CACHE_DIR and in an installed
llama-index-core. Its SHA-256 is checked. Prints the SHA-256 that `headroom/tokenizers/vocabulary.py` must state.
"""

from __future__ import annotations

import hashlib
import lzma
import sys
from pathlib import Path

from headroom.tokenizers.vocabulary import BUILT_IN, DUMP_FILE, VOCABULARIES, found_ranks, pack, parse_published

TARGET = Path(__file__).parent.parent / "headroom" / "tokenizers" / "data" / DUMP_FILE
# Best of those tried (presets and lc/lp/pb); x64 and ARM write the same bytes with the same liblzma.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]


def read_ranks(path: str | None) -> dict[bytes, int]:
    """Ranks from `path`, or from where this machine has them."""
    if path is None:
        ranks = found_ranks(BUILT_IN)
        return ranks if ranks is not None else sys.exit("no intact o200k_base.tiktoken on this machine; name one")
    published = Path(path).read_bytes()
    if hashlib.sha256(published).hexdigest() != VOCABULARIES[BUILT_IN].sha256:
        sys.exit("this is not the published file: its SHA-256 differs")
    return parse_published(published)


def main() -> None:
    """Write the file."""
    ranks = read_ranks(sys.argv[1] if len(sys.argv) > 1 else None)
    tokens = sorted(ranks, key=ranks.__getitem__)
    if list(ranks.values()) != list(range(len(tokens))):
        sys.exit("ranks are not consecutive")
    dump = pack(tokens)
    TARGET.write_bytes(lzma.compress(dump, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, filters=FILTERS))
    sys.stdout.write(f"{hashlib.sha256(dump).hexdigest()}  {TARGET.stat().st_size} bytes, {len(tokens)} tokens\n")


if __name__ == "__main__":
    main()
