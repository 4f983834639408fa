"""Source code: files, stretches of files, and views of them with line numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from headroom.detection.types import ContentType, Detection, Probe, reaches

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
# What tells quickly that a line can be none of the above: how it begins, and how it ends. Lines that begin otherwise
# can only be of the forms without a keyword of their own.
FIRST = 3  # characters of a keyword
DECLARING_STARTS = (
    "def asy cla fro imp exp fun con let var int typ pac pub uns str enu tra mod sta use usi nam pri pro fin abs ove "
    "vir inl ext tem req whi for cas don esa"
)
STATING_STARTS = (
    "def asy cla fro imp eli whi for wit exc mat cas els try fin ret rai yie awa thr ass del got bre con pas let var "
    "val sta ext usi typ pub pri pro int ove abs exp inc use mod pac nam req uns str enu uni tra fun swi cat sel don "
    "esa the end beg unl res ens ech loc sup thi cls"
)
DECLARING = frozenset({*DECLARING_STARTS.split(), "if ", "fi", "fn "})
STATING = frozenset({*STATING_STARTS.split(), *("if ", "if(", "fn ", "go ", "fi", "fi ", "fi\t", "fi;")}) | frozenset(
    {"do", "do ", "do\t", "do;"}
)
UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
QUERIES = frozenset({"SEL", "INS", "UPD", "DEL", "CRE", "ALT", "DRO", "LEF", "INN", "GRO", "ORD"})
SIGNS = frozenset("#<@.}")
SHAPED = re.compile(
    r"(?:unsigned |const |struct )*[a-z_]\w*(?:<.*>)?[ *&]+[\w:~]+\([^;]*\)(?: const)?(?: ?\{)?$|\w+\(\) \{$"
    r"|[.#]?[A-Za-z][\w .,#:>-]*\{$",
    re.ASCII,
)
GIVEN = re.compile(r"\w+ = (?:require|function|lambda)\b", re.ASCII)
CALLED = re.compile(
    r"[A-Za-z_][\w.>-]*(?:\[[^\]]*\])?(?:, ?[A-Za-z_][\w.]*)* ?:?= ?[A-Za-z_][\w.:]*(?:[({\[]|\.\w+;?$)"
    r"|[A-Za-z_$][\w.$>:-]*(?:!|\?\.)?\([^.]*[\])};,({]$|[.#]?[A-Za-z][\w ,.:>#\[\]=-]*\{$",
    re.ASCII,
)
COMMENTING = frozenset("#/*-<%;")
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
    if not whole:
        head = head[: head.rfind("\n") + 1] or head
    told = telling_lines(bounded(head))
    if sum(line.startswith(FENCE) for line in told) > 1 or not (is_documented(told) or is_mostly_code(told)):
        return None
    return Detection(kind=ContentType.SOURCE_CODE, confidence=0.9 if whole else 0.8, reason="most lines are code")


def is_documented(told: Sequence[str]) -> bool:
    """Whether all that stands outside of comments and documentation declares something."""
    return 0 < len(told) < LEAST_LINES and all(declares(line) and states(line) for line in told)


def is_mostly_code(told: Sequence[str]) -> bool:
    """Whether enough lines begin and end as code does, and enough of them as nothing else."""
    if len(told) > MOST_LINES:
        told = [*told[:FIRST_LINES], *told[FIRST_LINES :: 1 + len(told) // MOST_LINES]]
    count = len(told)
    if count < LEAST_LINES:
        return False
    declarations = [declares(line) for line in told]
    statements = [known or states(line) for known, line in zip(declarations, told, strict=True)]
    declared = sum(declarations)
    likely = sum(known or may_be_code(line) for known, line in zip(statements, told, strict=True))
    if likely < LEAST_SHARE * count:
        return False
    is_file = (declared > 1 and TOP.match(told[0])) or any(map(is_literal, told))
    if is_file and likely >= LEAST_SHARE_FROM_TOP * count:
        return True
    is_declaring = declared > count // LINES_PER_DECLARATION
    least = LEAST_STATEMENTS if is_declaring else LEAST_STATEMENTS_ALONE
    return sum(statements) >= least * count


def declares(line: str) -> bool:
    """Whether `DECLARES` holds for a line that ends with no blank."""
    start = line.lstrip(" \t")
    if start[:FIRST] in DECLARING or start[0] in SIGNS or start[:FIRST].translate(UPPER) in QUERIES:
        return DECLARES.match(start) is not None
    if (line[-1] in "){" or line.endswith(" const")) and SHAPED.match(start):
        return True
    return " = " in line and GIVEN.match(start) is not None


def states(line: str) -> bool:
    """Whether `STATEMENT` holds for a line that ends with no blank."""
    start = line.lstrip(" \t")
    if start[:FIRST] in STATING or start[0] in SIGNS or start[:FIRST].translate(UPPER) in QUERIES:
        return STATEMENT.match(start) is not None
    return ("=" in line or line[-1] in "])};,({") and CALLED.match(start) is not None


def is_literal(line: str) -> bool:
    """Whether a literal is given a name."""
    return line[-1] in "[{(" and "= " in line and LITERAL.match(line) is not None


def may_be_code(line: str) -> bool:
    """Whether a line begins or ends as code does, and other things may."""
    last = line[-1]
    if last in ";{}[()]" or MAYBE.match(line):
        return True
    return (last in ",>&|" or "#" in line or "/" in line) and ENDING.search(line[-80:]) is not None


def telling_lines(text: str) -> list[str]:
    """Lines that are neither empty nor within comments or documentation."""
    found = (line.rstrip(" \t\r") for line in without_blocks(text).split("\n"))
    return [line for line in found if line and not is_comment(line)]


def is_comment(line: str) -> bool:
    """Whether a line that is not empty is a comment, or what stood before a string that was taken out."""
    start = line.lstrip(" \t")
    if len(start) <= 2 and PREFIX.fullmatch(start):
        return True
    return start[0] in COMMENTING and COMMENT.match(start) is not None


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


def bounded(text: str) -> str:
    """`text` without the numbers that `cat -n` and editors put before lines, and with no line very long."""
    lines = text.split("\n")
    width = gutter_ends(lines)
    if width:
        lines = [line[end:] for line, end in zip(lines, width, strict=True)]
    elif max(map(len, lines)) <= LINE_CHARS:
        return text
    return "\n".join([line[:LINE_CHARS] for line in lines])


def gutter_ends(lines: Sequence[str]) -> list[int]:
    """Where the text of each line begins, after its number; empty where the lines are not numbered one by one."""
    filled = [line for line in lines if line.strip(" \t\r")]
    if not reaches(max(2, LEAST_NUMBERED * len(filled)), filled, GUTTER.match):
        return []
    found = [GUTTER.match(line) for line in lines]
    numbers = [int(match[1]) for match in found if match]
    steps = sum(after - before == 1 for before, after in pairwise(numbers))
    if steps < LEAST_NUMBERED * (len(numbers) - 1):
        return []
    return [match.end() if match else 0 for match in found]
