"""In which programming language a text is written, of those that can be outlined."""

from __future__ import annotations

import re

SAMPLE_CHARS = 40_000
LEAST_SIGNS = 2
# Lines that only one language writes, or nearly so. Lines are counted, not occurrences.
SIGNS = {
    "python": (
        r"(?:async )?def \w+\(.*|class \w+(?:\(.*\))?:$|from [\w.]+ import .*|import [\w.]+(?: as \w+)?$"
        r"|@\w[\w.]*(?:\(.*)?$"
        r"|(?:if|elif|for|while|with|try|except|else|finally)\b.*:$|self\.\w+.*"
    ),
    "go": (
        r"package \w+$|func (?:\([^)]*\) )?\w+\(.*\{$|import \($|import \"[^\"]+\"$|type \w+ (?:struct"
        r"|interface) ?\{$"
        r"|[\w, ]+ := .*|if err != nil \{$|defer .*\)$"
    ),
    "rust": (
        r"(?:pub(?:\([a-z]+\))? )?(?:async |unsafe |const )*fn \w+.*|use [\w:{]+.*|impl\b.*\{$|let mut .*"
        r"|#!?\[\w+.*\]$"
        r"|(?:pub(?:\([a-z]+\))? )?(?:struct|enum|trait|mod) \w+.*|let \w+(?:: [^=]+)? = .*;$|match .* \{$|//[/!] .*"
        r"|\w+!\(.*|macro_rules! .*|.* -> .*\{$|.*&(?:mut |self|str).*|.*::\w+.*;$|.*=> .*[,{]$"
    ),
    # Known only so that they are not taken for one of the others.
    "c": r"#(?:include|ifndef|ifdef|define|endif|pragma)\b.*|(?:static |inline |const "
    r"|unsigned )*\w+[ *&]+\w+(?:::~?\w+)+\(.*"
    r"|(?:std::|template ?<|typedef |using namespace )\w.*|\w.*->\w+.*|(?:public|private|protected):$|.*\bstd::\w+.*"
    r"|(?:struct|class) \w+(?: : .*)? ?\{$|\w+ \*+\w+.*[;{]$|[a-z_]\w* \w+\([^()]*\) ?\{$",
    "csharp": r"using [\w.]+;$|namespace [\w.]+|(?:public|private|protected|internal)\b.*|\[\w+(?:\(.*\))?\]$"
    r"|\w.*\{ get; .*",
    "php": r"<\?php|\$\w+.*|(?:public|private|protected|static) (?:static )?function \w+.*|namespace [\w\\]+;$"
    r"|use [\w\\]+;$",
    "ruby": r"def \w+[?!]?.*|end$|require(?:_relative)? ['\"].*|module [A-Z]\w*$|class [A-Z]\w*(?: < .*)?$"
    r"|attr_\w+ .*|.* do(?: \|.*\|)?$",
    "shell": r"#!.*sh$|(?:fi|done|esac|then|;;)$|if \[.*|for \w+ in .*|echo .*|export \w+=.*|\w+\(\) ?\{$"
    r"|\w+=\$.*|local \w+.*",
    "java": (
        r"package [\w.]+;$|import (?:static )?[\w.]+(?:\.\*)?;$|(?:public|private|protected)\b.*[({;]$"
        r"|@(?:Override|Test|Nullable|Autowired)\b.*|(?:final )?[A-Z]\w*(?:<[^>]*>)? \w+ = .*;$"
    ),
    "javascript": (
        r"(?:const|let|var) .*|(?:export )?(?:default )?(?:async )?function\b.*|import .* from ['\"].*"
        r"|.*require\(['\"].*"
        r"|module\.exports.*|export .*|.*=> ?\{$|['\"]use strict['\"];?|.*\bfunction ?\(.*\) ?\{$|\}\);?$|this\.\w+.*"
    ),
}
TYPED = re.compile(
    r"^[ \t]*(?:(?:export )?(?:declare )?(?:interface \w+|type \w+(?:<.*>)? =|enum \w+|abstract class)|import type "
    r"|(?:export )?(?:async )?function \w+\(.*\w\??: [A-Za-z]|(?:private|public|protected|readonly) \w+.*[:(]"
    r"|(?:export )?(?:const|let|var) \w+: [A-Za-z]|.*\): [A-Za-z].* (?:\{|=>)|\w+\??: [A-Za-z][\w<>\[\] "
    r"|.]*[;,]?[ \t]*$)"
    r"|\bimport \{[^}]*\btype \w",
    re.ASCII | re.MULTILINE,
)
MARKUP = re.compile(
    r"^[ \t]*(?:return \(?)?</?[A-Za-z]*[ />]|^[ \t]*<[A-Za-z]\w*$|(?:=> |\()<[A-Z]\w*", re.ASCII | re.MULTILINE
)
LEAST_TYPED = 2
COMPILED = {language: re.compile(rf"^[ \t]*(?:{signs})", re.ASCII | re.MULTILINE) for language, signs in SIGNS.items()}


def language_of(text: str) -> str | None:
    """The language that most lines speak for; None where few speak for any.

    >>> language_of("import os\\n\\ndef run() -> None:\\n    pass\\n")
    'python'
    """
    head = text[:SAMPLE_CHARS]
    counts = {language: sum(1 for _ in pattern.finditer(head)) for language, pattern in COMPILED.items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] < LEAST_SIGNS:
        return None
    return script_of(head) if best == "javascript" else best


def script_of(head: str) -> str:
    """JavaScript, TypeScript, or TypeScript with markup."""
    typed = sum(1 for _ in zip(range(LEAST_TYPED), TYPED.finditer(head), strict=False))
    if typed < LEAST_TYPED:
        return "javascript"  # its grammar reads markup as well
    return "tsx" if MARKUP.search(head) else "typescript"
