"""`CodeAwareCompressor`: source code by hand, as an outline that still parses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headroom.analysis.literals import folded, rarest_literals
from headroom.compressors.limits import Limits, unchanged
from headroom.compressors.outline import grammar_of, language_of, outlines_available, require_outlines
from headroom.compressors.outline.cuts import Cut
from headroom.compressors.outline.grammars import GRAMMARS, parse
from headroom.compressors.outline.outlining import COMMENTS, LINES_PER_ERROR, applied, encoded, without_numbers
from headroom.compressors.outline.trees import count_errors
from headroom.config.compressors import CodeCompressorConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import left_out_line
from headroom.protocols import Retrieval, TokenCounter
from headroom.results import CompressionResult
from headroom.transforms.code_cuts import CodeCuts
from headroom.transforms.public_compressor import ByHand, Made, Task
from headroom.transforms.public_result import CodeCompressionResult

KIND = "source_code"
NAMES = {"js": "javascript", "jsx": "javascript", "ts": "typescript", "py": "python", "golang": "go", "rs": "rust"}


class CodeAwareCompressor(ByHand[CodeCompressorConfig, CodeCompressionResult]):
    """Keeps imports, types, signatures, decorators, the beginning of bodies and what handles errors.

    A function that holds what the question names stays whole. What goes out parses as well as what came in; it is no
    source to edit from. Needs the extra `code` (tree-sitter).

    Raises:
        ConfigurationError: tree-sitter is not installed.
    """

    name = "code_compressor"
    config_type = CodeCompressorConfig
    result_type = CodeCompressionResult

    def __init__(
        self,
        config: CodeCompressorConfig | None = None,
        *,
        counter: TokenCounter | None = None,
        retrieval: Retrieval = "off",
        namespace: str = "",
        secret: str = "",
    ) -> None:
        require_outlines(field="CodeAwareCompressor")
        super().__init__(config, counter=counter, retrieval=retrieval, namespace=namespace, secret=secret)

    def compress(  # type: ignore[override]  # the documented order: what the code is before what it is read for
        self, text: str, language: str | None = None, context: str | None = ""
    ) -> CodeCompressionResult:
        """`text` as an outline.

        Args:
            language: A language of tree-sitter's, such as `python`; None goes by the text.
            context: What the reader is looking for, or "".

        Raises:
            ValidationError: `text` is no str.
            ConfigurationError: `language` is not known.
        """
        return self.outcome(text, context or "", language_named(language))

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        text, tokens, context, language = task.text, task.tokens, task.question, task.language
        if tokens < self.config.min_tokens_for_compression:
            return Made(unchanged(text, tokens, "below_min_tokens", KIND), {"language": language or ""})
        lines = text.removesuffix("\n").split("\n")
        code, gutter = without_numbers(lines)
        language = language or language_of("\n".join(code)) or ""
        cuts, reason = self.verified(code, language, context)
        if reason == "does_not_parse" and language == "javascript":
            language = "tsx"
            cuts, reason = self.verified(code, language, context)
        if reason:
            return Made(unchanged(text, tokens, reason, KIND), {"language": language})
        limits = self.limits(task)
        made = f"{chr(10).join(applied(lines, cuts, gutter))}\n{marker_of(lines, cuts, language, limits)}"
        return Made(self.smaller(text, made, tokens, lines, cuts), {"language": language})

    def smaller(
        self, text: str, made: str, tokens: int, lines: Sequence[str], cuts: Sequence[Cut]
    ) -> CompressionResult:
        """`made`, unless it is no smaller than `text`."""
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        return CompressionResult(
            compressed=made,
            original_tokens=tokens,
            compressed_tokens=size,
            exact_tokens=tokens,
            kind=KIND,
            change="left_out",
            strategy="outline",
            items_total=len(lines),
            items_kept=len(lines) - sum(cut.hidden for cut in cuts),
        )

    def verified(self, code: Sequence[str], language: str, context: str) -> tuple[list[Cut], str]:
        """What to leave out, and the reason why nothing is."""
        root = parse(encoded(code), language) if language in GRAMMARS else None
        if root is None:
            return [], f"no_grammar_for_{language}" if language else "language_not_known"
        errors = count_errors(root)
        if root.type == "ERROR" or errors > 1 + len(code) // LINES_PER_ERROR:
            return [], "does_not_parse"
        finder = CodeCuts(code, language, COMMENTS.get(language, "//"), self.config)
        found = finder.of(root)
        cuts = self.wanted(without_asked(found, finder.owners, code, context), code)
        if not cuts:
            return [], "nothing_to_leave_out"
        again = parse(encoded(applied(code, cuts, [0] * len(code))), language)
        if again is None or count_errors(again) > errors:
            return [], "outline_would_not_parse"
        return cuts, ""

    def wanted(self, cuts: Sequence[Cut], code: Sequence[str]) -> list[Cut]:
        """The largest cuts, until the wanted part of the text is left."""
        sizes = {cut: sum(len(line) + 1 for line in code[cut.start : cut.end]) for cut in cuts}
        total = sum(len(line) + 1 for line in code)
        left, taken = total, []
        for cut in sorted(cuts, key=lambda cut: (-sizes[cut], cut.start)):
            if left <= self.config.target_compression_rate * total:
                break
            taken.append(cut)
            left -= sizes[cut]
        return sorted(taken, key=lambda cut: cut.start)


def without_asked(
    cuts: Sequence[Cut], owners: Mapping[int, tuple[int, int]], code: Sequence[str], question: str
) -> list[Cut]:
    """The cuts without those in functions that hold what the question names."""
    if not question.strip(" \t\r\n"):
        return list(cuts)
    spans = [owners.get(cut.start, (cut.start, cut.end)) for cut in cuts]
    texts = {span: folded("\n".join(code[span[0] : span[1]])) for span in spans}
    literals = rarest_literals(question, list(texts.values()))
    held = {span for literal in literals for place, span in enumerate(texts) if place in literal.holders}
    return [cut for cut, span in zip(cuts, spans, strict=True) if span not in held]


def marker_of(lines: Sequence[str], cuts: Sequence[Cut], language: str, limits: Limits) -> str:
    """The line at the end, as a comment of the language, so that the whole still parses."""
    marker = left_out_line(
        shown=len(lines) - sum(cut.hidden for cut in cuts),
        total=len(lines),
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        secret=limits.secret,
    )
    return f"{COMMENTS.get(language, '//')} {marker}"


def language_named(language: str | None) -> str | None:
    """The grammar's name for a language; one that has no grammar stays as it is, and its code as it came.

    Raises:
        ValidationError: It is no str.
        ConfigurationError: It is empty.
    """
    if language is None:
        return None
    if not isinstance(language, str):
        raise ValidationError(f"language must be a str, got {type(language).__name__}", field="language")
    if not language:
        raise ConfigurationError("language must not be empty; None goes by the text", field="language", value=language)
    plain = language.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    return NAMES.get(plain, plain)


def is_tree_sitter_available() -> bool:
    """Whether tree-sitter and the grammar of at least one language are installed; imports nothing."""
    return outlines_available()


def unload_tree_sitter() -> bool:
    """Let go of the grammars that were loaded; the next use loads them again. Whether there were any."""
    were_loaded = grammar_of.cache_info().currsize > 0
    grammar_of.cache_clear()
    return were_loaded
