"""References whose source a window takes away: what they name is written out, and named anew where it still stands.

The router names what an earlier message showed. Once that message is dropped or taken out, the text that names it is
written out again (R14), and what of it another message still shows is named there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from headroom.markers import BEGIN
from headroom.messages import Message, ToolCall
from headroom.protocols import TokenCounter
from headroom.references import SAME, read_reference
from headroom.transforms.repeats.expand import expand
from headroom.transforms.repeats.fold import fold
from headroom.transforms.repeats.shown import LEAST_CHARS, Shown, Source
from headroom.transforms.repeats.sources import call_sources, result_label

Gone = Callable[[int, bool], bool]
"""Whether what a message showed is no longer there: its position, and whether a call of it showed it."""

ShownAt = Callable[[int], Message | None]
"""What is shown at a position; None where nothing is."""


class Labels(Shown):
    """All sources of a conversation as the router wrote them, by label, and where each stands."""

    def __init__(self) -> None:
        super().__init__()
        self.places_by_label: dict[str, tuple[int, bool]] = {}

    def put(self, label: str, text: str, place: int, *, is_call: bool) -> None:
        """Go past `text`, which the message at `place` has shown; numbers labels as `Shown.add` does."""
        if len(text) < LEAST_CHARS:
            return
        used = self.labels[label] = self.labels.get(label, 0) + 1
        source = Source(label if used == 1 else f"{label} #{used}", text.split("\n"))
        self.by_label[source.label] = source
        self.places_by_label[source.label] = (place, is_call)


class Index:
    """What is shown of a conversation, up to a place in it, so that it can be named.

    Attributes:
        made_for: The edits that it shows; another object is another index.
        read: Messages that it holds.
    """

    def __init__(self, made_for: object) -> None:
        self.made_for = made_for
        self.shown = Shown()
        self.read = 0

    def pass_by(self, label: str, text: str) -> None:
        """Go past a text that is not shown; its label is used up all the same."""
        if len(text) >= LEAST_CHARS:
            self.shown.labels[label] = self.shown.labels.get(label, 0) + 1


class References:
    """Which texts of a conversation name which, looked at only where something is taken away.

    Args:
        views: The conversation, which grows.
        secret: Key of the markers.
        counter: The built-in measure.
        handle: Handle of the original of a text: position of its message, and of the text in it.
    """

    def __init__(
        self, views: Sequence[Message], secret: str, counter: TokenCounter, handle: Callable[[int, int], str]
    ) -> None:
        self.views = views
        self.secret = secret
        self.counter = counter
        self.handle = handle
        self.labels = Labels()
        self.calls: dict[str, ToolCall] = {}
        self.sources: list[list[tuple[str, int]]] = []
        self.read = 0
        self.named: dict[int, frozenset[str]] = {}
        self.indexes: list[Index] = []

    def go_on(self) -> None:
        """Read up to the newest message."""
        for place in range(self.read, len(self.views)):
            texts = [part.text for part in self.views[place].parts if part.kind == "tool_result"]
            names = [name for text in texts for name in self.names_in(text)]
            if names:
                self.named[place] = frozenset(names)
        self.read = len(self.views)

    def label(self, stop: int) -> None:
        """Label what the messages before `stop` show, as the router does."""
        for place in range(len(self.sources), stop):
            view = self.views[place]
            made: list[tuple[str, int]] = []
            for index, part in enumerate(view.parts):
                if part.kind == "tool_result":
                    call = self.calls.get(part.tool_call_id or "")
                    name, arguments = (call.name, call.arguments) if call else (view.name, None)
                    made.append((result_label(name, arguments), index))
                    self.labels.put(made[-1][0], part.text, place, is_call=False)
            for label, text in call_sources(view):
                self.labels.put(label, text, place, is_call=True)
            self.calls.update({call.id: call for call in view.tool_calls if call.id is not None})
            self.sources.append(made)

    def names_in(self, text: str) -> Iterator[str]:
        """Labels that the references of a text name."""
        if not BEGIN.search(text):
            return
        for line in text.split("\n"):
            reference = read_reference(line, secret=self.secret)
            if reference is not None and reference.label != SAME:
                yield reference.label

    def names_gone(self, place: int, gone: Gone) -> bool:
        """Whether the message at `place` names something that is gone."""
        return self.are_gone(self.named.get(place, ()), gone)

    def are_gone(self, names: Iterable[str], gone: Gone) -> bool:
        """Whether one of `names` is that of something gone."""
        owners = (self.labels.places_by_label.get(name) for name in names)
        return any(owner is not None and gone(*owner) for owner in owners)

    def written_out(self, place: int, base: Message, gone: Gone, shown_at: ShownAt, made_for: object) -> Message:
        """`base`, an edition of the message at `place`, with nothing named that is gone.

        Args:
            shown_at: What is shown of the messages before it.
            made_for: The edits that `shown_at` shows; the same object as long as they are the same.
        """
        self.label(place)
        if not self.names_gone(place, gone):
            return base
        for index, part in enumerate(self.views[place].parts):
            is_as_it_came = part.kind == "tool_result" and base.parts[index].text == part.text
            if not is_as_it_came or not self.are_gone(self.names_in(part.text), gone):
                continue
            whole = expand(part.text, self.labels, secret=self.secret)
            if whole is not None:
                there = self.index(made_for, place, shown_at).shown
                handle = self.handle(place, index)
                anew = fold(whole, there, counter=self.counter, handle=handle, secret=self.secret)
                base = base.with_part_text(index, anew)
        return base

    def index(self, made_for: object, stop: int, shown_at: ShownAt) -> Index:
        """What is shown before `stop`; goes on from where it was left."""
        found = next((index for index in self.indexes if index.made_for is made_for and index.read <= stop), None)
        if found is None:
            found = Index(made_for)
            self.indexes = [found, *self.indexes[:1]]
        self.label(stop)
        for place in range(found.read, stop):
            shown = shown_at(place)
            for label, index in self.sources[place]:
                if shown is None:
                    found.pass_by(label, self.views[place].parts[index].text)
                else:
                    found.shown.add(label, shown.parts[index].text)
            for label, text in call_sources(self.views[place]):
                if shown is None:
                    found.pass_by(label, text)
                else:
                    found.shown.add(label, text)
        found.read = max(found.read, stop)
        return found
