"""The forms of one text: exact first, then what matters of it, then what fits under a hard ceiling."""

from __future__ import annotations

from dataclasses import replace

from headroom.compressors.blobs import without_blobs
from headroom.compressors.by_type import WHOLE_JSON, compressors_by_kind, with_json_kept
from headroom.compressors.ceiling import Ceiling, selected_under, under_ceiling
from headroom.compressors.display import displayed
from headroom.compressors.json_documents import LEAST_TABLE_CHARS, SERIES, already_table
from headroom.compressors.json_kept import MINIFIED, ROWS, is_json
from headroom.compressors.limits import Limits, Selector
from headroom.compressors.outline import outline_text
from headroom.config import HeadroomConfig
from headroom.detection import detect
from headroom.markers import handle_of, has_marker, left_out_line
from headroom.protocols import Compressor, Request, TokenCounter
from headroom.tokenizers import estimate_tokens
from headroom.tokenizers.registry import counter_for
from headroom.transforms.choice_settings import RowScorer, RowSettings
from headroom.transforms.contain import FAULT, contain
from headroom.transforms.memo import Memo
from headroom.transforms.outcome import PartOutcome, outcome_of, result_of_outcome, untouched
from headroom.transforms.treatment import Treatment

UNREACHABLE_HINT = 'retrieval="tool" with headroom_retrieve bound, or selection="always"'
OUTPUT_HINT = 'output="text" gives models a shorter form, of which something may be left out'
EXACT_HINT = "exact_only=False allows to leave out what can be asked for"
BYTES_PER_CHAR = 4
LEAST_GAIN = 25  # times what a form that changes the look of a text must save: 4 %
TABLE_STARTS = ("[", "{", SERIES[0])
STAYS_JSON = (ROWS, MINIFIED)
NEVER_SELECTED = ("below_min_tokens", "already_compressed", "above_max_total_bytes")
KEPT = ("json", "minified")  # forms in which JSON stays JSON
LEAST_BLOB_TOKENS = 400  # a text with fewer holds no blob worth a marker


class Forms:
    """Makes the forms of single texts, and remembers them.

    Args:
        config: Settings; read, never changed.
        counter: The built-in measure, which decides.
        memo: Outcomes of earlier calls.
    """

    def __init__(self, config: HeadroomConfig, *, counter: TokenCounter, memo: Memo[PartOutcome]) -> None:
        self.config = config
        self.counter = counter
        self.memo = memo
        self.compressors = compressors_by_kind(counter)
        self.dense = compressors_by_kind(counter, dense_logs=True)
        self.settings = RowSettings.of(config.smart_crusher)
        self.secret = config.secret.get_secret_value()
        self.scores = RowScorer(config.smart_crusher)

    def outcome(self, text: str, treatment: Treatment, question: object, request: Request) -> PartOutcome:
        """What becomes of one text, from memory where it was seen before."""
        exact = self.exact(text, treatment, request)
        if treatment.edits or exact.reason in NEVER_SELECTED:
            return exact
        if treatment.keeps_json(exact.kind):
            return kept_json(exact, treatment)
        if wants_outline(exact, treatment) and treatment.may_leave_out:
            return self.remembered((text, treatment, "", request.namespace), exact, treatment, "", request)
        if not self.is_large(exact, treatment):
            may_hold = treatment.may_leave_out and exact.tokens_before >= LEAST_BLOB_TOKENS
            return self.without_blobs(text, exact, treatment, request) if may_hold else exact
        if not treatment.may_leave_out:
            key = (text, treatment.form, "large_but_unreachable")
            return self.memo.get(key) or self.memo.put(key, large_but_unreachable(exact, treatment), len(text))
        asked = "" if treatment.question_blind else str(question)
        return self.remembered((text, treatment, asked, request.namespace), exact, treatment, asked, request)

    def under_ceiling(
        self, text: str, outcome: PartOutcome, treatment: Treatment, most: int, question: object, request: Request
    ) -> PartOutcome:
        """`outcome`, cut to the hard ceiling of its tool where it is larger (R24).

        The ceiling holds under the counter of the request's model, whose vocabulary must be at hand for figures to be
        exact.

        Args:
            most: The ceiling, in tokens.
        """
        if len(text if outcome.text is None else outcome.text) * BYTES_PER_CHAR <= most:
            return outcome
        counter = counter_for(request.model)
        shown = text if outcome.text is None else outcome.text
        asked = "" if treatment.question_blind else str(question)
        key = (text, shown, treatment, most, asked, request.namespace, counter.name)
        found = self.memo.get(key)
        if found is not None:
            return found
        if counter.count_text(shown) <= most:
            return self.memo.put(key, outcome, weight(text, outcome) + len(shown))
        handle = handle_of(text, namespace=request.namespace, secret=self.secret)
        ceiling = Ceiling(most, counter.count_text, handle, treatment.by_tool, self.secret)
        made = self.fitted(text, treatment, ceiling, asked, request)
        cut = replace(
            outcome,
            text=made,
            change="left_out",
            reason=f"{outcome.reason}+ceiling_hit",
            tokens_after=self.counter.count_text(made),
            handle=handle,
            reachable_by=treatment.reachable_by,
        )
        return self.memo.put(key, cut, weight(text, cut) + len(shown))

    def fitted(self, text: str, treatment: Treatment, ceiling: Ceiling, question: str, request: Request) -> str:
        """What of `text` fits under a ceiling: by the choice of its type, else whole records or lines of it."""
        as_it_came = treatment.edits or treatment.exact_only
        base = text if as_it_came else without_blobs(displayed(text))[0]
        exact = self.exact(text, treatment, request)
        compressor = self.table(treatment.form).get(exact.kind)
        if isinstance(compressor, Selector) and not as_it_came and exact.reason not in NEVER_SELECTED:
            limits = self.limits(treatment, ceiling.handle)
            unit = self.typed(base, self.counter.count_text(base), treatment.form)
            made = selected_under(base, result_of_outcome(base, unit), compressor, limits, ceiling, question)
            if made:
                return made
        return under_ceiling(base, ceiling, question=question)

    def without_blobs(self, text: str, exact: PartOutcome, treatment: Treatment, request: Request) -> PartOutcome:
        """A text that is not large, without its blobs."""
        return self.remembered((text, treatment, None, request.namespace), exact, treatment, "", request)

    def remembered(
        self, key: tuple[object, ...], exact: PartOutcome, treatment: Treatment, question: str, request: Request
    ) -> PartOutcome:
        """A choice, from memory where it was made before."""
        found = self.memo.get(key)
        if found is None:
            text = str(key[0])
            found = self.select(text, exact, treatment, question, request)
            if FAULT not in found.reason:
                self.memo.put(key, found, weight(text, found))
        return found

    def exact(self, text: str, treatment: Treatment, request: Request) -> PartOutcome:
        """The exact form."""
        key = (text, treatment.form)
        found = self.memo.get(key)
        if found is None:
            found = self.compress(text, treatment.form, request)
            if FAULT not in found.reason:
                self.memo.put(key, found, weight(text, found))
        return found

    def compress(self, text: str, form: str, request: Request) -> PartOutcome:
        """The exact form of one text; a fault leaves it as it came, with the reason."""
        if (
            len(text) * BYTES_PER_CHAR > self.config.max_total_bytes
            and len(encoded(text)) > self.config.max_total_bytes
        ):
            return untouched(estimate_tokens(text), "above_max_total_bytes")  # counting would take seconds
        tokens = self.counter.count_text(text)
        if tokens <= self.config.min_tokens:
            return untouched(tokens, "below_min_tokens")
        with contain("content_router", strict=request.strict) as fault:
            if has_marker(text, secret=self.secret):
                return untouched(tokens, "already_compressed")
            if form == "as_it_came":
                return untouched(tokens, "editor_tool", detect(text).kind.value)
            return self.typed(text, tokens, form)
        return untouched(tokens, fault.reason)

    def table(self, form: str) -> dict[str, Compressor]:
        """Content type to compressor."""
        plain = self.dense if "dense" in form else self.compressors
        if not form.startswith(KEPT):
            return plain
        return with_json_kept(plain, self.counter, rows=form.startswith("json"))

    def typed(self, text: str, tokens: int, form: str) -> PartOutcome:
        """The form that the text's type has."""
        is_bytes = form.endswith("bytes")
        shown = text if is_bytes else displayed(text)
        kind = detect(shown).kind.value
        if shown[:1] in TABLE_STARTS and not kind.startswith("json_") and already_table(shown):
            return untouched(tokens, "already_compressed", "json_array" if shown[0] == "[" else "json_object")
        if form.startswith(KEPT) and kind not in WHOLE_JSON and is_json(shown):
            kind = "json_object" if shown.lstrip()[0] == "{" else "json_array"
        compressor = self.table(form).get(kind)
        if compressor is None:
            outcome = untouched(tokens, f"no_compressor_for_{kind}", kind)
        else:
            outcome = outcome_of(compressor.compress(shown))
            outcome = outcome if outcome.kind != "text" else replace(outcome, kind=kind)
            if outcome.text is not None and (
                (not is_bytes and displayed(outcome.text) != outcome.text) or self.is_made_again(outcome, kind, form)
            ):
                return untouched(tokens, "would_be_compressed_again", kind)
        if outcome.change == "value_exact" and LEAST_GAIN * (outcome.tokens_before - outcome.tokens_after) < tokens:
            outcome = untouched(outcome.tokens_before, "no_gain", kind)  # hardly shorter is easier to read as it came
        if is_bytes and outcome.change not in (None, "exact"):
            return untouched(tokens, "exact_only", kind)
        if shown is text:
            return outcome
        outcome = as_displayed(outcome, shown, tokens)
        return outcome if outcome.tokens_after < tokens else untouched(tokens, "no_gain", kind)

    def is_made_again(self, outcome: PartOutcome, kind: str, form: str) -> bool:
        """Whether a text that was made of one of `kind` is of another type, which would change it (law 9)."""
        made = outcome.text or ""
        if is_known_table(outcome):
            return False
        other = detect(made).kind.value
        compressor = self.compressors.get(other) if outcome.reason not in STAYS_JSON else self.table(form).get(other)
        if compressor is None or other == kind:
            return False
        is_table = made[:1] in TABLE_STARTS and not other.startswith("json_") and already_table(made)
        return not is_table and compressor.compress(made).was_modified

    def is_shortened_again(self, exact: PartOutcome, limits: Limits, question: str) -> bool:
        """Whether an exact form is of another type, which would leave something out of it (law 9)."""
        made = exact.text or ""
        other = self.compressors.get(detect(made).kind.value)
        if other is self.compressors.get(exact.kind) or not isinstance(other, Selector):
            return False
        if made[:1] in TABLE_STARTS and already_table(made):
            return False
        return other.select(made, other.compress(made), limits, context=question).change == "left_out"

    def is_large(self, exact: PartOutcome, treatment: Treatment) -> bool:
        """Whether the exact form is larger than what was asked for, and its type can be shortened."""
        if not isinstance(self.compressors.get(exact.kind), Selector):
            return False
        if treatment.most_items is not None:
            return exact.tokens_after > self.config.smart_crusher.min_tokens_to_crush
        return exact.tokens_after > treatment.target_tokens

    def select(
        self, text: str, exact: PartOutcome, treatment: Treatment, question: str, request: Request
    ) -> PartOutcome:
        """What matters of the text; where nothing can be left out, the exact form."""
        with contain("selection", strict=request.strict) as fault:
            handle = handle_of(text, namespace=request.namespace, secret=self.secret)
            shown = displayed(text)
            base, blobs = without_blobs(shown)
            if blobs:
                exact = self.without(base, blobs, exact, handle, treatment)
            if self.is_large(exact, treatment) or wants_outline(exact, treatment):
                made = self.selected(base, exact, treatment, question, handle)
                is_new = blobs and not made.reason.startswith(exact.reason)
                return replace(made, reason=f"{made.reason}+blobs") if is_new else made
            return exact
        return replace(exact, reason=f"{exact.reason}+{fault.reason}")

    def selected(self, base: str, exact: PartOutcome, treatment: Treatment, question: str, handle: str) -> PartOutcome:
        """The lines or rows that stay."""
        limits = self.limits(treatment, handle)
        compressor = self.table(treatment.form).get(exact.kind)
        if wants_outline(exact, treatment):
            result = outline_text(base, result_of_outcome(base, exact), limits, self.counter)
        elif isinstance(compressor, Selector):
            result = compressor.select(base, result_of_outcome(base, exact), limits, context=question)
        else:
            return exact
        if result.change != "left_out":
            if exact.text is not None and self.is_shortened_again(exact, limits, question):
                return untouched(exact.tokens_before, "would_be_compressed_again", exact.kind)
            return replace(exact, reason=f"{exact.reason}+nothing_to_leave_out")
        made = outcome_of(result, handle=handle, reachable_by=treatment.reachable_by)
        return replace(made, tokens_before=exact.tokens_before, tokens_exact=exact.tokens_exact)

    def limits(self, treatment: Treatment, handle: str) -> Limits:
        """How small a selection becomes."""
        return Limits(
            tokens=treatment.target_tokens,
            above_tokens=0 if treatment.most_items is not None else treatment.target_tokens,
            most_items=treatment.most_items,
            handle=handle,
            is_asked=treatment.asked,
            by_tool=treatment.by_tool,
            secret=self.secret,
            settings=self.settings,
            scores=self.scores,
        )

    def without(self, base: str, blobs: int, exact: PartOutcome, handle: str, treatment: Treatment) -> PartOutcome:
        """The exact form of a text whose blobs were left out, with the line that says so."""
        made = self.typed(base, self.counter.count_text(base), treatment.form)
        body = base if made.text is None else made.text
        line = left_out_line(
            shown=0, total=blobs, unit="blobs", handle=handle, by_tool=treatment.by_tool, secret=self.secret
        )
        text = f"{body}\n{line}"
        tokens = self.counter.count_text(text)
        if tokens >= exact.tokens_after:
            return exact
        return replace(
            exact,
            text=text,
            kind=made.kind,
            change="left_out",
            reason="blobs" if made.change is None else f"{made.reason}+blobs",
            tokens_after=tokens,
            handle=handle,
            reachable_by=treatment.reachable_by,
        )


def is_known_table(outcome: PartOutcome) -> bool:
    """Whether table text was made of JSON: read back and found the same, so that writing it again gives it again."""
    return outcome.reason == "table" and len(outcome.text or "") >= LEAST_TABLE_CHARS


def wants_outline(exact: PartOutcome, treatment: Treatment) -> bool:
    """Whether a text is source code that is to be shown as an outline."""
    return treatment.outline and exact.kind == "source_code"


def as_displayed(outcome: PartOutcome, shown: str, tokens: int) -> PartOutcome:
    """`outcome` for a text of which only `shown` is displayed."""
    if outcome.change is None:
        return replace(
            outcome,
            text=shown,
            change="display",
            reason="display",
            tokens_before=tokens,
            tokens_exact=outcome.tokens_after,
        )
    return replace(outcome, change="display", reason=f"{outcome.reason}+display", tokens_before=tokens)


def kept_json(exact: PartOutcome, treatment: Treatment) -> PartOutcome:
    """`exact` of a text that stays JSON; where it is large it says why nothing is left out of it."""
    if exact.tokens_after <= treatment.target_tokens:
        return exact
    return replace(exact, reason=f"{exact.reason}+large_but_{treatment.output}", hint=OUTPUT_HINT)


def large_but_unreachable(exact: PartOutcome, treatment: Treatment) -> PartOutcome:
    """`exact`, which is all that may be done where nobody could ask for what was left out."""
    hint = EXACT_HINT if treatment.exact_only else UNREACHABLE_HINT
    return replace(exact, reason=f"{exact.reason}+large_but_unreachable", hint=hint)


def weight(text: str, outcome: PartOutcome) -> int:
    """Characters that a memo entry keeps alive."""
    return len(text) + len(outcome.text or "") + 200


def encoded(text: str) -> bytes:
    """UTF-8 bytes of any string."""
    return text.encode("utf-8", "surrogatepass")
