"""What an image costs in tokens: each provider's rule, by its size in pixels.

The figures are those of the providers' vision guides (OpenAI "Images and vision", Anthropic "Vision", Google
"Understand and count tokens"); the guides' own examples are the tests. For OpenAI models from gpt-5.4 on and Claude
models from Opus 4.7 on no source was at hand. Nothing here is the provider's own count: every figure is an estimate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headroom.tokenizers.images import image_data, image_detail, image_size

Rule = Callable[[int, int, str], int]
"""Tokens by width, height and detail."""

ASSUMED_SIDE = 1024  # pixels on each side of an image whose size cannot be read, such as one behind a URL


@dataclass(frozen=True, slots=True)
class ImageRule:
    """How one family of models counts images.

    Attributes:
        name: Family.
        rule: Tokens by size.
        unknown: Tokens of an image whose size cannot be read; None takes it for one of 1,024 by 1,024 pixels.
    """

    name: str
    rule: Rule
    unknown: int | None = None

    def tokens(self, block: Mapping[str, Any]) -> int:
        """Tokens of the image in a content block; never raises, and the length of its base64 plays no part."""
        size = image_size(image_data(block))
        if size is None and self.unknown is not None:
            return self.unknown
        width, height = size or (ASSUMED_SIDE, ASSUMED_SIDE)
        return self.rule(width, height, image_detail(block))


def fitted(width: float, height: float, longest: float, shortest: float = math.inf) -> tuple[float, float]:
    """A size shrunk, in proportion, until no side is longer than `longest` and one is no longer than `shortest`."""
    scale = min(1.0, longest / max(width, height))
    scale = min(scale, shortest / min(width, height))
    return width * scale, height * scale


def tiles(base: int, tile: int) -> Rule:
    """OpenAI, gpt-4o and its kind: shrunk into 2,048 by 2,048, then to 768 on the short side, cut into 512 squares.

    >>> tiles(85, 170)(1024, 1024, "high"), tiles(85, 170)(2048, 4096, "auto"), tiles(85, 170)(4096, 8192, "low")
    (765, 1105, 85)
    """

    def rule(width: int, height: int, detail: str) -> int:
        if detail == "low":
            return base
        wide, high = fitted(width, height, 2048, 768)
        return base + tile * math.ceil(wide / 512) * math.ceil(high / 512)

    return rule


def patches(factor: float, most: int, most_original: int | None = None) -> Rule:
    """OpenAI, newer models: squares of 32 pixels, the image shrunk until there are at most `most` of them.

    >>> patches(1.0, 1536)(1024, 1024, "auto"), patches(1.0, 1536)(1800, 2400, "auto")
    (1024, 1452)
    """

    def rule(width: int, height: int, detail: str) -> int:
        wide, high = fitted(width, height, 512) if detail == "low" else (float(width), float(height))
        limit = most_original if detail == "original" and most_original else most
        return math.ceil(factor * patch_count(wide, high, limit))

    return rule


def patch_count(width: float, height: float, most: int) -> int:
    """Squares of 32 pixels that cover an image, after shrinking it to whole squares where there are too many."""
    count = math.ceil(width / 32) * math.ceil(height / 32)
    if count <= most:
        return count
    scale = math.sqrt(32 * 32 * most / (width * height))
    across, down = width * scale / 32, height * scale / 32
    shrink = min(math.floor(across) / across, math.floor(down) / down) if min(across, down) >= 1 else 1.0
    # A hair less, so that what is a whole number of squares on paper is one in floating point, too.
    return max(1, min(math.ceil(across * shrink - 1e-9) * math.ceil(down * shrink - 1e-9), most))


def area(longest: int, most: int) -> Rule:
    """Anthropic: a token per 750 pixels, after shrinking to `longest` pixels on the long side; `most` at most.

    >>> area(1568, 1600)(200, 200, "auto"), area(1568, 1600)(1092, 1092, "auto"), area(1568, 1600)(8000, 8000, "auto")
    (54, 1590, 1600)
    """

    def rule(width: int, height: int, _: str) -> int:
        wide, high = fitted(width, height, longest)
        return min(math.ceil(wide * high / 750), most)

    return rule


def crops(width: int, height: int, _: str) -> int:
    """Google, Gemini 2: 258 tokens for up to 384 by 384 pixels, else for each crop of two thirds of the short side.

    >>> crops(384, 384, "auto"), crops(960, 540, "auto")
    (258, 1548)
    """
    if width <= 384 and height <= 384:
        return 258
    crop = min(max(math.floor(min(width, height) / 1.5), 256), 768)
    return 258 * math.ceil(width / crop) * math.ceil(height / crop)


def fixed(tokens: int) -> Rule:
    """The same for every image."""
    return lambda width, height, detail: tokens


# Model names as in `registry`: looked at from the start of any part between "/", ":" and "."; first match wins.
RULES: tuple[tuple[str, ImageRule], ...] = (
    (r"gpt-4o-mini", ImageRule("gpt-4o-mini", tiles(2833, 5667))),
    (r"gpt-(?:4\.1|5(?:\.\d)?)-mini", ImageRule("openai-mini", patches(1.62, 1536))),
    (r"gpt-(?:4\.1|5(?:\.\d)?)-nano", ImageRule("openai-nano", patches(2.46, 1536))),
    (r"o4-mini", ImageRule("o4-mini", patches(1.72, 1536))),
    (r"gpt-(?:5\.[4-9]|[6-9])", ImageRule("openai-patches", patches(1.0, 2500, 10_000))),
    (r"gpt-5|codex-", ImageRule("gpt-5", tiles(70, 140))),
    (r"o[1-9](?:-|$)", ImageRule("openai-o", tiles(75, 150))),
    (r"computer-use", ImageRule("computer-use", tiles(65, 129))),
    (r"gpt-|chatgpt-", ImageRule("gpt-4o", tiles(85, 170))),
    (
        r"claude-(?:[1-3]|instant|4-|(?:opus|sonnet|haiku)-4(?:-[0-6](?:-|$)|-\d{8}|@|$))",
        ImageRule("claude-4", area(1568, 1600)),
    ),
    (r"claude", ImageRule("claude", area(2576, 4784))),
    (r"gemini-1|gemini-pro|gemma", ImageRule("gemini-1", fixed(258))),
    (r"gemini-2", ImageRule("gemini-2", crops)),
    (r"gemini", ImageRule("gemini", fixed(1120))),
)
# Where no model is known: gpt-4o's rule, and its price at low detail where the size is not known either.
PLAIN = ImageRule("plain", tiles(85, 170), unknown=85)


def image_rule(model: str) -> ImageRule:
    """How a model counts images; `PLAIN` for unknown names.

    >>> image_rule("gpt-4o-2024-08-06").name, image_rule("us.anthropic.claude-opus-4-8-v1:0").name
    ('gpt-4o', 'claude')
    """
    found = (rule for names, rule in RULES if re.search(rf"(?:^|[/:.])(?:{names})", model, re.ASCII | re.IGNORECASE))
    return next(found, PLAIN)
