"""Nodes that retrievers give, with a question and what answers it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    Document,
    ImageNode,
    IndexNode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from headroom.tokenizers import built_in_counter

COUNTER = built_in_counter()
FILLER = "Boats of many sizes come and go near {0} all day long. Ropes of {0} are kept dry. Paint is sold at {0}. "
MORE = "Ships rest behind {0} in winter. Nets of {0} hang there on some days. Tar is sold below {0}. "
TOPICS = ("lighthouse", "harbour", "market", "station", "museum", "orchard", "quarry", "ferry", "library", "mill")
QUESTION = "In which year was the lighthouse of Arholm built?"
ANSWER = "The lighthouse of Arholm was built in 1807 by the town."
ROWS = json.dumps([{"id": n, "city": f"Town {n}", "country": "Sweden", "open": True} for n in range(60)])
CODE = "import os\n\n\n" + "\n\n".join(
    f"def step_{n}(path: str) -> int:\n    total = len(path) + {n}\n    return os.stat(path).st_size + total"
    for n in range(12)
)


def page(topic: str) -> str:
    """Sentences about one place, its year among them."""
    year = 1807 + 7 * TOPICS.index(topic)
    said = f"The {topic} of Arholm was built in {year} by the town. "
    return FILLER.format(topic) + said + MORE.format(topic)


def prose_nodes(count: int = 10) -> list[NodeWithScore]:
    """Nodes of prose, the worst first."""
    return [
        NodeWithScore(node=prose_node(number, topic), score=1 - 0.1 * number)
        for number, topic in list(enumerate(TOPICS[:count]))[::-1]
    ]


def prose_node(number: int, topic: str) -> TextNode:
    """One of them, with everything that must stay."""
    return TextNode(
        text=page(topic),
        id_=f"id-{topic}",
        metadata={"title": topic, "file_name": f"{topic}.md"},
        excluded_llm_metadata_keys=["file_name"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"doc-{topic}")},
        start_char_idx=10 * number,
        end_char_idx=10 * number + 500,
        embedding=[0.1, 0.2],
    )


def every_kind() -> list[NodeWithScore]:
    """A node of each class and kind of text."""
    return [
        NodeWithScore(node=prose_node(0, "lighthouse"), score=0.9),
        NodeWithScore(node=TextNode(text=ROWS, id_="rows"), score=0.8),
        NodeWithScore(node=TextNode(text=CODE, id_="code"), score=0.7),
        NodeWithScore(node=Document(text=page("harbour"), doc_id="document"), score=0.6),
        NodeWithScore(node=IndexNode(text=page("market"), id_="index", index_id="inner"), score=0.5),
        NodeWithScore(node=ImageNode(text="A caption.", image_url="http://127.0.0.1/x.png", id_="image"), score=0.4),
        NodeWithScore(node=TextNode(text="", id_="empty"), score=None),
    ]


def text(found: NodeWithScore) -> str:
    """What a node says, metadata aside."""
    return found.node.get_content()


def size(nodes: Sequence[NodeWithScore]) -> int:
    """Tokens of all texts together."""
    return sum(COUNTER.count_text(text(found)) for found in nodes)


def by_id(nodes: Sequence[NodeWithScore]) -> dict[str, NodeWithScore]:
    """Nodes by their ids."""
    return {found.node.node_id: found for found in nodes}


class Fixed(BaseRetriever):
    """A retriever that gives the same objects each time, as those do that keep them in memory."""

    def __init__(self, nodes: list[NodeWithScore]) -> None:
        super().__init__()
        self.nodes = nodes

    def _retrieve(self, query_bundle: QueryBundle) -> list[Any]:
        return self.nodes
