"""Source code: files, stretches of files, and views of them with line numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from headroom.detection.types import ContentType, Detection, Probe

SAMPLE_CHARS = 48_000
LINE_CHARS = 200  # of each line, its beginning decides
LEAST_LINES = 3
FIRST_LINES, MOST_LINES = 50, 300  # the first, and others evenly spread tell as much as all
# Of the lines that are neither empty nor comments:
LEAST_SHARE = 0.5  # begin or end as code does,
LEAST_SHARE_FROM_TOP = 0.8  # the same, where the first is what files begin with, or a literal is given a name;
LEAST_STATEMENTS = 0.2  # and begin as nothing else does;
LEAST_STATEMENTS_ALONE = 0.6  # where no line declares anything
LINES_PER_DECLARATION = 100
GUTTER = re.compile(r"[ \t]{0,8}([0-9]{1,7})(?:\t|→|:| ?\| ?)", re.ASCII)
LEAST_NUMBERED = 0.9

# What a line of code begins with; a word of prose that happens to be a keyword is followed by other things.
STATEMENT = re.compile(
    r"[ \t]*(?:"
    r"(?:async )?def [A-Za-z_][\w.]*[?!]?(?:\(|[ \t]*$)|class [A-Za-z_]\w*[^.;]*[:{(<]|@[A-Za-z_][\w.]*(?:\(|$)"
    r"|from [\w.]+ import |import [\w.*{ \"']+|(?:if|elif|while|for|with|except|match|case)\b.*:$|(?:else|try"
    r"|finally):$"
    r"|(?:return|raise|yield|await|throw|assert|del|defer|goto)\b(?:$|;|[ (\[{\"'].*[^.]$)|(?:break|continue|pass);?$"
    r"|(?:const|let|var|val|static|final|extern|using|typedef|public|private|protected|internal|override|abstract)\b"
    r".*[={(;,:>]|(?:export|import|include|use|mod|package|namespace|module) [\w{*\"'<.:].*"
    r"|require(?:_once)?[ (]['\"]"
    r"|(?:pub(?:\([a-z]+\))? )?(?:async |unsafe |const )*(?:fn|struct|enum|union|trait|type|interface) [A-Za-z_]"
    r"|impl\b.*\{|func[ (]|function\b|(?:else )?if[ (].*\{$|(?:for|while|switch|catch) ?\(|\} ?(?:else|catch"
    r"|finally|while)\b"
    r"|go func|select \{|#(?:include|define|ifdef|ifndef|if|endif|else|pragma|undef|error)\b|#!|#\["
    r"|(?:fi|done|esac|then|do|end|begin)[ \t]*(?:$|;)|(?:elsif|unless|rescue|ensure) |(?:echo|local|printf) [\"'$]"
    r"|[A-Za-z_][\w.>-]*(?:\[[^\]]*\])?(?:, ?[A-Za-z_][\w.]*)* ?:?= ?[A-Za-z_][\w.:]*(?:[({\[]|\.\w+;?$)"
    r"|(?:super|this|self|cls)\.|[A-Za-z_$][\w.$>:-]*(?:!|\?\.)?\([^.]*[\])};,({]$"
    r"|(?i:select|insert into|update|delete from|create (?:or replace )?(?:table|index|view|function|procedure"
    r"|trigger)"
    r"|alter table|drop table|left join|inner join|group by|order by)\b.*[,;(*\w)]$|[.#]?[A-Za-z][\w ,.:>#\[\]=-]*\{$"
    r")",
    re.ASCII,
)
# What may be code, or other things with brackets: JSON, markup, settings.
MAYBE = re.compile(
    r"[ \t]*(?:[A-Za-z_][\w.\[\]\"'>-]*(?:, ?\w+)* ?(?::=|[-+*/|&]?=) ?\S|</?[A-Za-z>]|[\w-]+: [^:]*;$)", re.ASCII
)
ENDING = re.compile(r"(?:[;{}\[(]|[)\]}][;,)]*|=>|&&|\|\||[\"'\w)\]],)[ \t]*(?:(?://|#|/\*).*)?$", re.ASCII)
# Declares something: of any text that is code, a few lines do.
DECLARES = re.compile(
    r"[ \t]*(?:(?:async )?def [A-Za-z_]\w*[?!]?[ (\n]|class [A-Z_a-z]\w*.*[:{]$|from [\w.]+ import "
    r"|import [\w.]+(?: as \w+)?;?$"
    r"|import .*from ['\"]|import ['\"(]|(?:export )?(?:default )?(?:async )?function\b|(?:const|let"
    r"|var) [\w{\[$].*=|(?:var|const) \($"
    r"|export (?:const|type|interface|class|default|enum)\b|interface \w+|type \w+ (?:=|struct|interface|func)"
    r"|package [\w.]+;?$|func [(\w]|(?:pub(?:\([a-z]+\))? )?(?:async |unsafe |const )*(?:fn|struct|enum|trait"
    r"|mod|static|type) \w|impl\b.*\{$"
    r"|use [\w:{]+.*[;{]$|let (?:mut )?\w+|#include [<\"]|#define \w|#pragma |#!\[?/?[a-z]|using [\w.:= ]+;$"
    r"|namespace [\w.:]+"
    r"|(?:public|private|protected|internal|static|final|abstract|override|virtual|inline|extern)\b.*[({;=]"
    r"|(?:unsigned |const |struct )*[a-z_]\w*(?:<.*>)?[ *&]+[\w:~]+\([^;]*\)(?: const)?(?: ?\{)?$|template ?<"
    r"|typedef "
    r"|(?i:create (?:or replace )?(?:temp(?:orary)? )?(?:table|index|view|function|procedure|trigger|unique"
    r"|type)|insert into|alter table)\b"
    r"|module [A-Z]|require(?:_relative)? ['\"(]|<\?php|\w+\(\) \{$|(?:if|while) \[|for \w+ in .*; do$"
    r"|case .* in$|fi$|done$|esac$"
    r"|[.#]?[A-Za-z][\w .,#:>-]*\{$|@(?:media|import|charset|Override|Test)\b|if __name__|\w+ = (?:require"
    r"|function|lambda)\b)",
    re.ASCII,
)
# What a file begins with.
TOP = re.compile(
    r"package [\w.]+;?$|(?:from [\w.]+ )?import\b.*[\w\"'({;)]$|use [\w:{]+|#!|#include [<\"]|#(?:pragma|ifndef"
    r"|define) |using [\w.]+"
    r"|namespace |mod \w+;|<\?php|['\"]use strict['\"]|(?:const|var|let) .*= ?require\(|module |require ['\"]"
    r"|@import|function \w|export (?:default )?(?:async )?(?:function|interface|class|const|type|enum) ",
    re.ASCII,
)
LITERAL = re.compile(r"(?:[A-Za-z_][\w.]*|[\w<>\[\] ]+ \w+) :?= (?:[\w.&]+)?[\[{(]$", re.ASCII)
COMMENT = re.compile(
    r"[ \t]*(?:#(?![!\[]|include|define|if|endif|else|pragma|undef)|//|/\*|\*[ /]|\*$|--[ -]|<!--|%|;;)", re.ASCII
)
PREFIX = re.compile(r"[ \t]*[rRbBuUfF]{1,2}")  # of a string that was taken out
BLOCKS = (('"""', '"""'), ("'''", "'''"), ("/*", "*/"))
FENCE = "```"


def source_code(probe: Probe) -> Detection | None:
    """A source file, or a stretch of one."""
    whole = len(probe.text) <= SAMPLE_CHARS
    head = probe.text[:SAMPLE_CHARS]
    lines = without_gutter((head if whole else head[: head.rfind("\n") + 1] or head).split("\n"))
    told = telling_lines(lines)
    if sum(line.startswith(FENCE) for line in told) > 1 or not (is_documented(told) or is_mostly_code(told)):
        return None
    return Detection(kind=ContentType.SOURCE_CODE, confidence=0.9 if whole else 0.8, reason="most lines are code")


def is_documented(told: Sequence[str]) -> bool:
    """Whether all that stands outside of comments and documentation declares something."""
    return 0 < len(told) < LEAST_LINES and all(DECLARES.match(line) and STATEMENT.match(line) for line in told)


def is_mostly_code(told: Sequence[str]) -> bool:
    """Whether enough lines begin and end as code does, and enough of them as nothing else."""
    if len(told) > MOST_LINES:
        told = [*told[:FIRST_LINES], *told[FIRST_LINES :: 1 + len(told) // MOST_LINES]]
    count = len(told)
    if count < LEAST_LINES:
        return False
    declarations = [DECLARES.match(line) is not None for line in told]
    statements = [known or STATEMENT.match(line) is not None for known, line in zip(declarations, told, strict=True)]
    declared = sum(declarations)
    likely = sum(known or may_be_code(line) for known, line in zip(statements, told, strict=True))
    is_file = (declared > 1 and TOP.match(told[0])) or any(LITERAL.match(line) for line in told)
    if is_file and likely >= LEAST_SHARE_FROM_TOP * count:
        return True
    declares = declared > count // LINES_PER_DECLARATION
    least = LEAST_STATEMENTS if declares else LEAST_STATEMENTS_ALONE
    return sum(statements) >= least * count and likely >= LEAST_SHARE * count


def may_be_code(line: str) -> bool:
    """Whether a line begins or ends as code does, and other things may."""
    return MAYBE.match(line) is not None or ENDING.search(line[-80:]) is not None


def telling_lines(lines: Sequence[str]) -> list[str]:
    """Lines that are neither empty nor within comments or documentation, cut to a bounded length."""
    outside = without_blocks("\n".join(line[:LINE_CHARS] for line in lines))
    found = (line.rstrip(" \t\r") for line in outside.split("\n"))
    return [line for line in found if line and not COMMENT.match(line) and not PREFIX.fullmatch(line)]


def without_blocks(text: str) -> str:
    """`text` without comments and strings of several lines; a block that does not end goes on to the end.

    >>> without_blocks('a = 1\\n\\"\\"\\"Prose\\nand more.\\n\\"\\"\\"\\nb = 2')
    'a = 1\\n\\nb = 2'
    """
    kept: list[str] = []
    place = 0
    following = {begin: text.find(begin) for begin, _ in BLOCKS}
    while place < len(text):
        for begin, at in following.items():
            if 0 <= at < place:
                following[begin] = text.find(begin, place)
        starts = [(at, begin) for begin, at in following.items() if at >= 0]
        if not starts:
            break
        at, begin = min(starts)
        end = text.find(dict(BLOCKS)[begin], at + len(begin))
        kept.append(text[place:at])
        place = len(text) if end < 0 else end + len(begin)
    return "".join([*kept, text[place:]])


def without_gutter(lines: Sequence[str]) -> list[str]:
    """Lines without the numbers that `cat -n` and editors put before them; as they are where they have none."""
    width = gutter_ends(lines)
    return [line[end:] for line, end in zip(lines, width, strict=True)] if width else list(lines)


def gutter_ends(lines: Sequence[str]) -> list[int]:
    """Where the text of each line begins, after its number; empty where the lines are not numbered one by one."""
    found = [GUTTER.match(line) for line in lines]
    filled = sum(1 for line in lines if line.strip(" \t\r"))
    numbers = [int(match[1]) for match in found if match]
    if len(numbers) < max(2, LEAST_NUMBERED * filled):
        return []
    steps = sum(after - before == 1 for before, after in pairwise(numbers))
    if steps < LEAST_NUMBERED * (len(numbers) - 1):
        return []
    return [match.end() if match else 0 for match in found]
