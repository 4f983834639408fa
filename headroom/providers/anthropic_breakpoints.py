"""Where Anthropic's prompt cache is told to end a prefix: tools, system, and the ends of the last two requests.

What is known of that cache (Anthropic, "Prompt caching"): a mark writes one entry, for all blocks up to and with its
own; a later request finds an entry at one of its marks or at one of the 19 blocks before it; prefixes below a minimum
are not cached, which is no error; four marks at most; a write costs 1.25 times the input, a read a tenth.

So the last block is marked, which writes what is new, and the block at which the request before this one ended, where
that one wrote its entry. This entry is found however many blocks lie between: a turn of ten parallel calls adds more
than 20, and a single mark at the end would find nothing and write the whole history anew. It is found as well where a
caller decorates the newest message only.

Nothing is marked before the model has answered once: a conversation that is never continued would pay for the write.
Marks of the caller stay and count. Where he marked a message, or asked for automatic marks (`cache_control` beside the
messages), he steers it himself and none is added. Where he marked only tools or system, as most do, the ends are
marked in the places that are left: he pays the full price for a growing history otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, TypeGuard

from headroom.providers.counting import MessageCounter
from headroom.providers.hints import Hinted
from headroom.tokenizers import message_tokens
from headroom.tokenizers.loose import as_fields

MOST = 4
ENDS = 2
MARK = {"type": "ephemeral"}
KINDS = frozenset({"text", "tool_use", "tool_result", "image", "document", "search_result"})
UNSET = frozenset({"NoneType", "NotGiven", "Omit"})
BLANKS = " \t\r\n"

Place = tuple[int, int]
"""Message and block; a content that is a text is its block 0."""


def with_breakpoints(arguments: Mapping[str, Any], *, minimum_tokens: int, counter: MessageCounter) -> Hinted:
    """The arguments of `messages.create` with marks; the very same where there is nothing to mark.

    Args:
        arguments: As the SDK takes them; not changed, nor what lies within.
        minimum_tokens: Shortest prefix that the model's cache takes. Sizes are estimated on the safe side; a mark on
            what turns out shorter does nothing and costs nothing.
        counter: Estimates sizes; must not ask the network.
    """
    messages = arguments.get("messages")
    if not is_list(messages) or not any(role(message) == "assistant" for message in messages):
        return Hinted(arguments)
    tools, system = arguments.get("tools"), arguments.get("system")
    used = marks(tools) + marks(system)
    if marks(messages) or is_automatic(arguments) or used >= MOST:
        return Hinted(arguments)
    tools_tokens = counter.count_tools(tools)
    head_tokens = tools_tokens + (message_tokens({"role": "system", "content": system}, counter) if system else 0)
    changed: dict[str, Any] = {}
    sizes: list[int] = []
    if not used and tools_tokens >= minimum_tokens and (new_tools := marked_tools(tools)):
        changed["tools"] = new_tools
        sizes.append(tools_tokens)
    if not used and head_tokens >= minimum_tokens and (new_system := marked_content(system)):
        changed["system"] = new_system
        sizes.append(head_tokens)
    for place, size in long_ends(messages, head_tokens, minimum_tokens, counter)[: MOST - used - len(sizes)]:
        changed["messages"] = with_mark(changed.get("messages", messages), place)
        sizes.append(size)
    if not sizes:
        return Hinted(arguments)
    hinted = {**arguments, **changed}
    return Hinted(hinted, strategy="breakpoints", breakpoints=len(sizes), cacheable_tokens=max(sizes))


def long_ends(
    messages: Sequence[Any], head_tokens: int, minimum_tokens: int, counter: MessageCounter
) -> list[tuple[Place, int]]:
    """The newest two ends whose prefix can be cached, with its size; the newest first."""
    reached = list(accumulate((message_tokens(message, counter) for message in messages), initial=head_tokens))
    newest = islice(ends(messages), ENDS)
    return [(place, reached[place[0] + 1]) for place in newest if reached[place[0] + 1] >= minimum_tokens]


def ends(messages: Sequence[Any]) -> Iterator[Place]:
    """Where requests ended, the newest first: the last block that can be marked before each answer of the model.

    An answer that stands last is one that the model is to continue, so it is not steady and is passed over.
    """
    open_run = True
    for index in range(len(messages) - 1, -1, -1):
        if role(messages[index]) == "assistant":
            open_run = True
        elif open_run and role(messages[index]) == "user":
            block = last_block((as_fields(messages[index]) or {}).get("content"))
            if block is not None:
                open_run = False
                yield index, block


def last_block(content: Any) -> int | None:
    """Position of the last block that can carry a mark; None where there is none."""
    if isinstance(content, str):
        return 0 if content.strip(BLANKS) else None
    if not is_list(content):
        return None
    return next((at for at in range(len(content) - 1, -1, -1) if can_carry(content[at])), None)


def can_carry(block: Any) -> bool:
    """Whether the API takes a mark on a block: not on reasoning, and not on empty text."""
    fields = as_fields(block)
    if fields is None or fields.get("type") not in KINDS:
        return False
    text = fields.get("text")
    return fields["type"] != "text" or (isinstance(text, str) and bool(text.strip(BLANKS)))


def marked_tools(tools: Any) -> list[Any] | None:
    """Tools with a mark on the last one that can carry it: those that are loaded later cannot."""
    if not is_list(tools):
        return None
    for at in range(len(tools) - 1, -1, -1):
        fields = as_fields(tools[at])
        if fields and not fields.get("defer_loading"):
            return replaced(tools, at, marked(tools[at]))
    return None


def marked_content(content: Any, at: int | None = None) -> list[Any] | None:
    """A content with a mark on one block, by default the last that can carry one; None where none can."""
    at = last_block(content) if at is None else at
    if at is None:
        return None
    if isinstance(content, str):
        return [{"type": "text", "text": content, "cache_control": dict(MARK)}]
    return replaced(content, at, marked(content[at]))


def with_mark(messages: Any, place: Place) -> list[Any]:
    """Messages with a mark on one block; all others are the same objects."""
    at, block = place
    fields = as_fields(messages[at]) or {}
    return replaced(messages, at, {**fields, "content": marked_content(fields.get("content"), block)})


def marked(block: Any) -> dict[str, Any]:
    """A copy of a block or tool with a mark."""
    return {**(as_fields(block) or {}), "cache_control": dict(MARK)}


def replaced(items: Any, at: int, item: Any) -> list[Any]:
    """A list with one other member."""
    return [*items[:at], item, *items[at + 1 :]]


def marks(value: Any, depth: int = 0) -> int:
    """Marks of the caller's in tools, a system text or messages, also within tool results."""
    if is_list(value):
        return sum(marks(member, depth) for member in value)
    if isinstance(value, str) or depth > 2:
        return 0
    fields = as_fields(value)
    if fields is None:
        return 0
    return (fields.get("cache_control") is not None) + marks(fields.get("content"), depth + 1)


def is_automatic(arguments: Mapping[str, Any]) -> bool:
    """Whether the caller asks Anthropic to set a mark."""
    extra = arguments.get("extra_body")
    asked = isinstance(extra, Mapping) and extra.get("cache_control") is not None
    return asked or type(arguments.get("cache_control")).__name__ not in UNSET


def role(message: Any) -> Any:
    """Who speaks."""
    return (as_fields(message) or {}).get("role")


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether `value` is a list that may be looked at without using it up."""
    return isinstance(value, (list, tuple))
