"""Nodes of LlamaIndex: their texts, copies that say something shorter, and the originals again.

The original travels in the copy, `node.metadata["headroom"]["original"]`, hidden from the LLM and from embeddings: it
survives `to_dict`, JSON, pickling and other processes, needs no store and no file, and is gone when the node is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from llama_index.core.schema import BaseNode, ImageNode, NodeWithScore, TextNode

from headroom.errors import ConfigurationError
from headroom.results import Note

KEY = "headroom"
"""Key of our report in a node's metadata."""
EXCLUDED = ("excluded_llm_metadata_keys", "excluded_embed_metadata_keys")
TITLES = ("title", "document_title")  # metadata keys: the usual name, and what LlamaIndex's TitleExtractor writes
MEDIA = ("image_resource", "audio_resource", "video_resource")
SOURCE = re.compile(r"Source [0-9]+:\n")  # what CitationQueryEngine puts above each source
GONE = "the original is no longer with this node; the docstore has it under the node's id"

logger = logging.getLogger("headroom")
T = TypeVar("T", NodeWithScore, BaseNode)


def text_of(node: BaseNode) -> str | None:
    """A node's text without its metadata; None where it has none, or shows an image, a sound or a film."""
    if isinstance(node, TextNode):
        return None if isinstance(node, ImageNode) else node.text or None
    resource = getattr(node, "text_resource", None)
    if resource is None or any(getattr(node, name, None) is not None for name in MEDIA):
        return None
    return resource.text or None


def title_of(node: BaseNode) -> str:
    """What a node's metadata say it is about, or ""."""
    found = (node.metadata.get(name) for name in TITLES)
    return next((title for title in found if isinstance(title, str)), "")


def with_text(node: BaseNode, text: str, **more: Any) -> BaseNode:
    """A copy of a node that says `text`; ids, relationships, offsets and the embedding stay as they are.

    Args:
        more: Further fields of the copy.
    """
    if isinstance(node, TextNode):
        return node.model_copy(update={"text": text, **more})
    resource = node.text_resource  # type: ignore[attr-defined]  # `text_of` has seen it
    return node.model_copy(update={"text_resource": resource.model_copy(update={"text": text}), **more})


def compressed(found: NodeWithScore, text: str, note: Note, *, keeps_original: bool = True) -> NodeWithScore:
    """A copy of `found` that says `text`, with a report of what was done; the score stays."""
    node = found.node
    report = report_of(note, node, text_of(node) if keeps_original else None)
    if report is None:
        return found.model_copy(update={"node": with_text(node, text)})
    hidden = {name: [*listed, KEY] for name in EXCLUDED if KEY not in (listed := getattr(node, name))}
    copy = with_text(node, text, metadata={**node.metadata, KEY: report}, **hidden)
    return found.model_copy(update={"node": copy})


def report_of(note: Note, node: BaseNode, text: str | None) -> dict[str, Any] | None:
    """What was done to a node, as plain values; None where its metadata have something else under our key."""
    before = node.metadata.get(KEY)
    if before is not None and not is_report(before):
        return None
    first = before or {"tokens_before": note.tokens_before, **({} if text is None else {"original": text})}
    return {
        "change": note.change,
        "kind": note.kind,
        "reason": note.reason,
        "tokens_before": first["tokens_before"],
        "tokens_after": note.tokens_after,
        "hint": note.hint,
        **({"original": first["original"]} if "original" in first else {}),
    }


def is_report(value: Any) -> bool:
    """Whether what stands under our key is ours."""
    return isinstance(value, Mapping) and {"change", "tokens_before", "tokens_after"} <= value.keys()


def restore_nodes(nodes: Sequence[T]) -> list[T]:
    """The nodes with the texts that they came with, for people to read: `restore_nodes(response.source_nodes)`.

    Copies; a node that was not shortened is the same object. Of a source that a `CitationQueryEngine` has cut up each
    part gives the whole text, under its `Source N:`. Where the original is gone, the node stays as it is, and
    `node.metadata["headroom"]["restored"]` says so.

    Raises:
        ConfigurationError: `nodes` is no list of nodes.
    """
    check_nodes(nodes)
    restored = [restored_node(one) for one in nodes]
    gone = sum(node_of(one).metadata.get(KEY, {}).get("restored") == GONE for one in restored if marked(one))
    if gone:
        logger.warning("%d of %d nodes came without their originals", gone, len(restored))
    return restored


def check_nodes(nodes: Any) -> None:
    """Refuse what is no list of nodes.

    Raises:
        ConfigurationError: It is none; the message says what it is.
    """
    is_list = isinstance(nodes, (list, tuple))
    odd = next((one for one in nodes if not isinstance(one, (NodeWithScore, BaseNode))), None) if is_list else nodes
    if not is_list or odd is not None:
        text = f"restore_nodes takes a list of nodes, such as response.source_nodes, got {type(odd).__name__}"
        raise ConfigurationError(text, field="nodes", value=type(odd).__name__)


def node_of(one: NodeWithScore | BaseNode) -> BaseNode:
    """The node itself."""
    return one.node if isinstance(one, NodeWithScore) else one


def marked(one: NodeWithScore | BaseNode) -> bool:
    """Whether a node has a report of ours."""
    return is_report(node_of(one).metadata.get(KEY))


def restored_node(one: T) -> T:
    """One node with its original; itself where nothing was done to it."""
    if not marked(one):
        return one
    node = node_of(one)
    report = node.metadata[KEY]
    original = report.get("original")
    if isinstance(original, str):
        metadata = {name: value for name, value in node.metadata.items() if name != KEY}
        shown = {name: [key for key in getattr(node, name) if key != KEY] for name in EXCLUDED}
        source = SOURCE.match(text_of(node) or "")
        copy = with_text(node, (source[0] if source else "") + original, metadata=metadata, **shown)
    else:
        copy = node.model_copy(update={"metadata": {**node.metadata, KEY: {**report, "restored": GONE}}})
    return one.model_copy(update={"node": copy}) if isinstance(one, NodeWithScore) else copy
