"""Latin letters without their marks, so that `pokemon` finds `Pokémon`: a committed table, so all Pythons agree."""

from __future__ import annotations

# Small letters with marks, by the letter below them (Unicode's canonical decompositions).
MARKED = {
    "a": (
        "\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5\u0101\u0103\u0105\u01ce\u01df\u01e1\u01fb\u0201\u0203\u0227"
        "\u1e01\u1ea1\u1ea3\u1ea5\u1ea7\u1ea9\u1eab\u1ead\u1eaf\u1eb1\u1eb3\u1eb5\u1eb7"
    ),
    "b": "\u1e03\u1e05\u1e07",
    "c": "\u00e7\u0107\u0109\u010b\u010d\u1e09",
    "d": "\u010f\u1e0b\u1e0d\u1e0f\u1e11\u1e13",
    "e": (
        "\u00e8\u00e9\u00ea\u00eb\u0113\u0115\u0117\u0119\u011b\u0205\u0207\u0229\u1e15\u1e17\u1e19\u1e1b"
        "\u1e1d\u1eb9\u1ebb\u1ebd\u1ebf\u1ec1\u1ec3\u1ec5\u1ec7"
    ),
    "f": "\u1e1f",
    "g": "\u011d\u011f\u0121\u0123\u01e7\u01f5\u1e21",
    "h": "\u0125\u021f\u1e23\u1e25\u1e27\u1e29\u1e2b\u1e96",
    "i": "\u00ec\u00ed\u00ee\u00ef\u0129\u012b\u012d\u012f\u01d0\u0209\u020b\u1e2d\u1e2f\u1ec9\u1ecb",
    "j": "\u0135\u01f0",
    "k": "\u0137\u01e9\u1e31\u1e33\u1e35",
    "l": "\u013a\u013c\u013e\u1e37\u1e39\u1e3b\u1e3d",
    "m": "\u1e3f\u1e41\u1e43",
    "n": "\u00f1\u0144\u0146\u0148\u01f9\u1e45\u1e47\u1e49\u1e4b",
    "o": (
        "\u00f2\u00f3\u00f4\u00f5\u00f6\u014d\u014f\u0151\u01a1\u01d2\u01eb\u01ed\u020d\u020f\u022b\u022d"
        "\u022f\u0231\u1e4d\u1e4f\u1e51\u1e53\u1ecd\u1ecf\u1ed1\u1ed3\u1ed5\u1ed7\u1ed9\u1edb\u1edd\u1edf"
        "\u1ee1\u1ee3"
    ),
    "p": "\u1e55\u1e57",
    "r": "\u0155\u0157\u0159\u0211\u0213\u1e59\u1e5b\u1e5d\u1e5f",
    "s": "\u015b\u015d\u015f\u0161\u0219\u1e61\u1e63\u1e65\u1e67\u1e69",
    "t": "\u0163\u0165\u021b\u1e6b\u1e6d\u1e6f\u1e71\u1e97",
    "u": (
        "\u00f9\u00fa\u00fb\u00fc\u0169\u016b\u016d\u016f\u0171\u0173\u01b0\u01d4\u01d6\u01d8\u01da\u01dc"
        "\u0215\u0217\u1e73\u1e75\u1e77\u1e79\u1e7b\u1ee5\u1ee7\u1ee9\u1eeb\u1eed\u1eef\u1ef1"
    ),
    "v": "\u1e7d\u1e7f",
    "w": "\u0175\u1e81\u1e83\u1e85\u1e87\u1e89\u1e98",
    "x": "\u1e8b\u1e8d",
    "y": "\u00fd\u00ff\u0177\u0233\u1e8f\u1e99\u1ef3\u1ef5\u1ef7\u1ef9",
    "z": "\u017a\u017c\u017e\u1e91\u1e93\u1e95",
}
# Letters that people write otherwise where their keyboards do not have them.
OTHERS = {0xDF: "ss", 0xE6: "ae", 0xF8: "o", 0x111: "d", 0x131: "i", 0x142: "l", 0x153: "oe"}
MARKS = dict.fromkeys(range(0x300, 0x370))  # combining ones, which stand behind their letter
PLAIN = {ord(char): letter for letter, chars in MARKED.items() for char in chars} | OTHERS | MARKS


def without_accents(text: str) -> str:
    """`text`, in small letters, without the marks of Latin letters.

    >>> without_accents("pok\u00e9mon in m\u00fcnchen")
    'pokemon in munchen'
    """
    return text if text.isascii() else text.translate(PLAIN)
