"""Which characters make words, and how case is folded: committed ranges, so that every Python decides alike.

Not `str.lower`, `\\w` or `unicodedata`: their tables grow with each Python version.
"""

from __future__ import annotations

# Written without blanks between words, or one sign a syllable: each character stands for itself.
SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)

# Letters, marks and digits of the other scripts; gaps are punctuation and symbols.
LETTERS = (
    "\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u0386\u0388-\u0589\u0591-\u05f2\u0610-\u061a"
    "\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u0710-\u0963\u0966-\u0dff\u0f00-\u0fff\u10a0-\u10fa\u10fc-\u135f"
    "\u1369-\u139f\u1401-\u166c\u166f-\u167f\u1681-\u169a\u16a0-\u16ea\u16ee-\u1734\u1810-\u1fff\u2c00-\u2cff"
    "\u2d00-\u2dff\u3131-\u318e\ua000-\ud7ff\ufb00-\ufdff\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\uff66-\uffdc\U00010000-\U0001cfff\U0001e000-\U0001efff"
)


def pairs(first: int, last: int) -> dict[int, int]:
    """Capital and small letter in turn, from `first` to `last`."""
    return {code: code + 1 for code in range(first, last, 2)}


def shifted(first: int, last: int, distance: int) -> dict[int, int]:
    """A block of capitals whose small letters stand `distance` further."""
    return {code: code + distance for code in range(first, last + 1)}


# Capital to small letter, one character each: Latin, Greek, Cyrillic, Armenian, fullwidth Latin.
FOLD = {
    **shifted(0x41, 0x5A, 32),
    **shifted(0xC0, 0xD6, 32),
    **shifted(0xD8, 0xDE, 32),
    **pairs(0x100, 0x12F),
    **pairs(0x132, 0x137),
    **pairs(0x139, 0x148),
    **pairs(0x14A, 0x177),
    0x178: 0xFF,
    **pairs(0x179, 0x17E),
    **shifted(0x391, 0x3A1, 32),
    **shifted(0x3A3, 0x3AB, 32),
    0x386: 0x3AC,
    **shifted(0x388, 0x38A, 37),
    0x38C: 0x3CC,
    **shifted(0x38E, 0x38F, 63),
    **shifted(0x400, 0x40F, 80),
    **shifted(0x410, 0x42F, 32),
    **pairs(0x460, 0x481),
    **pairs(0x48A, 0x4BF),
    **pairs(0x4D0, 0x52F),
    **shifted(0x531, 0x556, 48),
    **pairs(0x1E00, 0x1E95),
    **pairs(0x1EA0, 0x1EFF),
    **shifted(0xFF21, 0xFF3A, 32),
}
CAPITALS = "".join(map(chr, sorted(FOLD)))


def fold(text: str) -> str:
    """`text` in small letters; every character stays at its place.

    >>> fold("Größe ΩMEGA İ")
    'größe ωmega İ'
    """
    return text.lower() if text.isascii() else text.translate(FOLD)
