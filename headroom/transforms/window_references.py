"""References whose source a window takes away: the text that names it is written out again (R14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.markers import BEGIN
from headroom.messages import Message, ToolCall
from headroom.references import SAME, read_reference
from headroom.transforms.repeats.expand import expand
from headroom.transforms.repeats.shown import LEAST_CHARS, Shown, Source
from headroom.transforms.repeats.sources import call_sources, result_label

Gone = Callable[[int, bool], bool]
"""Whether what a message showed is no longer there: its position, and whether a call of it showed it."""


class Labels(Shown):
    """All sources of a conversation by their labels, and where each stands; lines are not looked up."""

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


class References:
    """Which texts of a conversation name which, looked at only where something is taken away.

    Args:
        secret: Key of the markers.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.labels = Labels()
        self.calls: dict[str, ToolCall] = {}
        self.read = 0
        self.labelled = 0
        self.named: dict[int, frozenset[str]] = {}

    def go_to(self, views: Sequence[Message]) -> None:
        """Read on, up to the end of `views`, which begin with those that were read before."""
        for place in range(self.read, len(views)):
            texts = [part.text for part in views[place].parts if part.kind == "tool_result"]
            names = [name for text in texts for name in self.names_in(text)]
            if names:
                self.named[place] = frozenset(names)
        self.read = max(self.read, len(views))

    def label(self, views: Sequence[Message]) -> None:
        """Label what `views` show, as the router does; they begin with those that were labelled before."""
        for place in range(self.labelled, len(views)):
            view = views[place]
            for part in view.parts:
                if part.kind == "tool_result":
                    call = self.calls.get(part.tool_call_id or "")
                    name, arguments = (call.name, call.arguments) if call else (view.name, None)
                    self.labels.put(result_label(name, arguments), part.text, place, is_call=False)
            for label, text in call_sources(view):
                self.labels.put(label, text, place, is_call=True)
            self.calls.update({call.id: call for call in view.tool_calls if call.id is not None})
        self.labelled = max(self.labelled, len(views))

    def names_in(self, text: str) -> list[str]:
        """Labels that the references of a text name."""
        if not BEGIN.search(text):
            return []
        found = [read_reference(line, secret=self.secret) for line in text.split("\n") if line.startswith("[headroom ")]
        return [reference.label for reference in found if reference is not None and reference.label != SAME]

    def is_left(self, place: int, gone: Gone) -> bool:
        """Whether a text of the message at `place` names something that is gone."""
        owners = (self.labels.places_by_label.get(label) for label in self.named.get(place, ()))
        return any(owner is not None and gone(*owner) for owner in owners)

    def written_out(self, view: Message, shown: Message, gone: Gone) -> Message:
        """`shown`, an edition of `view`, with the texts that name something gone written out."""
        for index, part in enumerate(view.parts):
            if part.kind != "tool_result" or shown.parts[index].text != part.text:
                continue
            owners = [self.labels.places_by_label.get(label) for label in self.names_in(part.text)]
            if any(owner is not None and gone(*owner) for owner in owners):
                whole = expand(part.text, self.labels, secret=self.secret)
                shown = shown if whole is None else shown.with_part_text(index, whole)
        return shown
