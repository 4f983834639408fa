"""Documents that retrievers give, with a question and what answers it; and how the shared data is measured."""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document

from headroom.tokenizers import built_in_counter
from tests.samples import SHARED, read_lines

COUNTER = built_in_counter()
FILLER = "Boats of many sizes come and go there all day long. Ropes are kept dry in a shed. Paint is sold there. "
TOPICS = ("lighthouse", "harbour", "market", "station", "museum", "orchard", "quarry", "ferry", "library", "mill")
QUESTION = "In which year was the lighthouse of Arholm built?"


def page(topic: str) -> str:
    """Three paragraphs about one place, its year among them."""
    year = 1800 + 7 * TOPICS.index(topic)
    said = f"The {topic} of Arholm was built in {year} by the town. " if topic != "mill" else "Nobody knows its age. "
    return f"{FILLER * 2}{said}{FILLER * 2}"


DOCUMENTS = [
    Document(page(topic), id=f"id-{topic}", metadata={"title": topic, "source": f"{topic}.md", "page": number})
    for number, topic in enumerate(TOPICS)
]


def size(documents: list[Document]) -> int:
    """Tokens of all documents together."""
    return sum(COUNTER.count_text(document.page_content) for document in documents)


def shared_questions(name: str, one_in: int) -> list[tuple[str, list[str], list[Document]]]:
    """Question, answers and documents of the shared data; those whose answer stands in a document."""
    found = []
    for record in list(read_lines(SHARED / "rag" / f"{name}.jsonl.gz"))[::one_in]:
        documents = [as_document(number, document) for number, document in enumerate(record["documents"])]
        if answers_stand_in(documents, record["answers"]):
            found.append((record["question"], record["answers"], documents))
    return found


def as_document(number: int, document: dict[str, Any]) -> Document:
    """One document of the shared data."""
    return Document(document["text"], id=str(number), metadata={"title": document["title"], "number": number})


def answers_stand_in(documents: list[Document], answers: list[str]) -> bool:
    """Whether one of the answers stands in one of the documents."""
    texts = [document.page_content.casefold() for document in documents]
    return any(answer.casefold() in text for answer in answers for text in texts)
