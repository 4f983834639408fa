"""A conversation as a window goes through it: sizes and turns so far, and what is shown in place of what came."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from headroom.analysis.failures import failure_word
from headroom.markers import handle_of
from headroom.messages import Message
from headroom.messages.rendering import leading_system, prefix_handle
from headroom.protocols import TokenCounter
from headroom.tokenizers.message_tokens import LIST_TOKENS
from headroom.transforms.turns import Turns
from headroom.transforms.walks import chars_of
from headroom.transforms.window_marker import LeftOut, read_marker
from headroom.transforms.window_references import References

Size = Callable[[Message], int]


@dataclass(frozen=True, slots=True)
class Result:
    """A text of a tool result.

    Attributes:
        message: Position of its message.
        part: Position of the text within the message.
        tool: The tool that gave it.
    """

    message: int
    part: int
    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is shown of a conversation at one place in it; a value, so that a cut can be tried.

    Attributes:
        upto: Messages that it is about.
        total: Their size as shown, the marker among them.
        dropped: Positions of messages that are not shown.
        edited: Messages that are shown with other texts, by position.
        written_out: Of these and others, those in which references were written out, by position.
        cleared: Message and part of each tool result that was taken out.
        marker: The message that says which turns are not shown, where any were dropped here.
        is_summarized: Whether the marker holds a summary.
    """

    upto: int = 0
    total: int = LIST_TOKENS
    dropped: frozenset[int] = frozenset()
    edited: dict[int, Message] = field(default_factory=dict)
    written_out: dict[int, Message] = field(default_factory=dict)
    cleared: frozenset[tuple[int, int]] = frozenset()
    marker: Message | None = None
    is_summarized: bool = False

    def shown(self, place: int) -> Message | None:
        """What stands for the message at `place` where that is not the message itself."""
        return self.written_out.get(place) or self.edited.get(place)

    def is_gone(self, place: int, is_call: bool) -> bool:
        """Whether what a message showed is no longer there as it came."""
        if place in self.dropped:
            return True
        return not is_call and (place in self.edited or place in self.written_out)

    def edited_parts(self, views: Sequence[Message]) -> list[tuple[int, int]]:
        """Message and part of each text that is shown shorter, ascending."""
        return [
            (place, index)
            for place, edited in sorted(self.edited.items())
            if place not in self.dropped
            for index, part in enumerate(edited.parts)
            if part is not views[place].parts[index]
        ]

    @property
    def takes_away(self) -> bool:
        """Whether anything is shown differently than it came."""
        return bool(self.dropped or self.edited)


class Walk:
    """A way through a conversation, message by message; what it knows only grows.

    Args:
        messages: The conversation, of which the beginning is looked at now.
        size: Size of one message under the counter of the call.
        counter: The built-in measure.
        secret: Key of the markers.
        namespace: Scope of handles.
        keep_system: Whether the leading system messages stand apart.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        size: Size,
        counter: TokenCounter,
        secret: str,
        *,
        namespace: str = "",
        keep_system: bool = True,
    ) -> None:
        self.namespace = namespace
        self.counter = counter
        self.measure = size
        self.measured: dict[int, tuple[Message, int]] = {}
        self.secret = secret
        self.keep_system = keep_system
        self.views: list[Message] = []
        self.sizes: list[int] = []
        self.chars = 0
        self.begin = leading_system(messages) if keep_system else 0
        self.earlier: LeftOut | None = None
        place = leading_system(messages)
        if place < len(messages):
            self.earlier = read_marker(messages[place], secret=secret)
        self.turns = Turns(place + 1 if self.earlier else self.begin)
        self.results: list[Result] = []
        self.user_turns: list[int] = []
        self.references = References(self.views, secret, counter, self.handle_of_part)
        self.handles: dict[int, str] = {}
        self.part_handles: dict[tuple[int, int], str] = {}
        self.errors: dict[int, bool] = {}
        self.worth: dict[tuple[int, int], bool] = {}
        self.lines: dict[tuple[int, int], str] = {}
        self.point = 0
        self.cut = Cut()

    def go_to(self, messages: Sequence[Message], stop: int) -> None:
        """Go past messages up to `stop`."""
        for place in range(len(self.views), stop):
            view = messages[place]
            self.views.append(view)
            self.sizes.append(self.measure(view))
            self.chars += chars_of(view)
            for index, part in enumerate(view.parts):
                call = self.turns.calls.get(part.tool_call_id or "")
                if part.kind == "tool_result" and (call or view.role == "function"):
                    self.results.append(Result(place, index, call.name if call else view.name or ""))
            self.turns.add(place, view)
            if view.begins_turn:
                self.user_turns.append(place)

    def size(self, view: Message) -> int:
        """Size of a message that stands for another, remembered."""
        found = self.measured.get(id(view))
        if found is None:
            found = self.measured[id(view)] = (view, self.measure(view))
        return found[1]

    def original(self, place: int, part: int) -> str:
        """A text as it came to the first transform."""
        view = self.views[place]
        return (view.source or view.parts)[part].text

    def handle_of_part(self, place: int, part: int) -> str:
        """Its handle."""
        key = (place, part)
        if key not in self.part_handles:
            text = self.original(place, part)
            self.part_handles[key] = handle_of(text, namespace=self.namespace, secret=self.secret)
        return self.part_handles[key]

    def protected_from(self, upto: int, keep_turns: int | None) -> int:
        """Position from which on the newest `keep_turns` of the first `upto` messages stand, as the router has it."""
        if not keep_turns:
            return upto
        begun = bisect_left(self.user_turns, upto)
        return self.user_turns[begun - keep_turns] if begun >= keep_turns else 0

    def reports_error(self, place: int) -> bool:
        """Whether a tool result in a message says that something went wrong."""
        if place not in self.errors:
            view = self.views[place]
            self.errors[place] = any(
                part.kind == "tool_result" and (part.is_error or failure_word(part.text) is not None)
                for part in view.source or view.parts
            )
        return self.errors[place]

    def handle_upto(self, last: int) -> str:
        """Handle of everything from the first message that may be dropped up to the one at `last`."""
        found = self.handles.get(last)
        if found is None:
            found = self.handles[last] = prefix_handle(
                self.views[self.begin : last + 1], namespace=self.namespace, secret=self.secret
            )
        return found


def advanced(walk: Walk, cut: Cut, stop: int) -> Cut:
    """`cut` with the messages up to `stop`, as they are shown after it."""
    total = cut.total + sum(walk.sizes[cut.upto : stop])
    moved = replace(cut, upto=stop, total=total)
    return with_sources_written_out(walk, moved, range(cut.upto, stop)) if cut.takes_away else moved


def with_sources_written_out(walk: Walk, cut: Cut, places: Iterable[int]) -> Cut:
    """`cut` in which no message at `places`, ascending, names what is not shown any more."""
    walk.references.go_on()
    written = dict(cut.written_out)
    tried = replace(cut, written_out=written)
    total = cut.total

    def shown_at(place: int) -> Message | None:
        return None if place in tried.dropped else tried.shown(place) or walk.views[place]

    for place in places:
        if place in walk.references.named and place not in cut.dropped:
            before = written.pop(place, None) or cut.edited.get(place) or walk.views[place]
            base = cut.edited.get(place) or walk.views[place]
            after = walk.references.written_out(place, base, tried.is_gone, shown_at, cut.edited)
            if after is not base:
                written[place] = after
            if after is not before:
                total += walk.size(after) - walk.size(before)
    return replace(tried, total=total)
