"""An MCP server over stdio whose tools answer in every way that servers do. Run by the tests as a program."""

from __future__ import annotations

import base64
from typing import Any

from mcp.server.fastmcp import FastMCP, Image
from mcp.types import BlobResourceContents, CallToolResult, EmbeddedResource, TextContent, TextResourceContents
from pydantic import AnyUrl, BaseModel

ISSUES = 60  # of each tool, its own: an equal result would be named instead of shown again
TITLES = ("Build fails on linux", "Crash when the cache is empty", "Docs: broken link", "Time-out in CI", "Typo")
# One transparent point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TRACE = "Traceback (most recent call last):\n" + "".join(
    f'  File "/srv/app/step_{n}.py", line {n}\n' for n in range(60)
)

server = FastMCP("github", log_level="CRITICAL")


class User(BaseModel):
    """Who wrote an issue."""

    login: str
    id: int
    type: str = "User"
    site_admin: bool = False


class Issue(BaseModel):
    """One issue as a server over an API answers it: many fields, few of them different."""

    number: int
    state: str
    title: str
    user: User
    labels: list[str]
    assignee: str | None
    milestone: str | None
    locked: bool
    comments: int
    created_at: str
    author_association: str
    draft: bool
    state_reason: str | None


def numbers(tool: int) -> range:
    """The issues that a tool answers."""
    return range(tool * ISSUES, (tool + 1) * ISSUES)


def issue(number: int) -> dict[str, Any]:
    """One issue, the same each time."""
    made = Issue(
        number=4100 + number,
        state="closed" if number % 3 else "open",
        title=TITLES[number % len(TITLES)],
        user=User(login=("ada", "grace", "linus")[number % 3], id=100 + number % 3),
        labels=["bug", "ci"],
        assignee=None,
        milestone=None,
        locked=False,
        comments=number * 31 % 97,
        created_at=f"2025-03-{1 + number % 28:02d}T{number % 24:02d}:00:{number * 7 % 60:02d}Z",
        author_association="CONTRIBUTOR",
        draft=False,
        state_reason="completed" if number % 3 else None,
    )
    return made.model_dump()


@server.tool(structured_output=False)
def list_dicts() -> list[dict[str, Any]]:
    """Issues, a text block each."""
    return [issue(number) for number in numbers(0)]


@server.tool()
def list_models() -> list[Issue]:
    """Issues, a text block each, and as structured content."""
    return [Issue.model_validate(issue(number)) for number in numbers(1)]


@server.tool(structured_output=False)
def one_dict() -> dict[str, Any]:
    """Issues within one object, as one text."""
    return {"total": ISSUES, "items": [issue(number) for number in numbers(2)]}


@server.tool(structured_output=False)
def text_and_image() -> list[Any]:
    """Issues, then a picture, then one line."""
    return [*(issue(number) for number in numbers(3)), Image(data=PNG, format="png"), "That was the board."]


@server.tool()
def embedded() -> CallToolResult:
    """A file that holds issues, and a picture."""
    text = "\n".join(Issue.model_validate(issue(number)).model_dump_json() for number in numbers(4))
    file = TextResourceContents(uri=AnyUrl("file:///issues.jsonl"), mimeType="application/jsonl", text=text)
    blob = BlobResourceContents(
        uri=AnyUrl("file:///board.png"), mimeType="image/png", blob=base64.b64encode(PNG).decode()
    )
    return CallToolResult(
        content=[EmbeddedResource(type="resource", resource=file), EmbeddedResource(type="resource", resource=blob)]
    )


@server.tool(structured_output=False)
def fails() -> str:
    """Never answers."""
    raise RuntimeError(TRACE)


@server.tool()
def structured_only() -> CallToolResult:
    """Nothing in the content but a word; all in the structured content."""
    return CallToolResult(
        content=[TextContent(type="text", text="60 issues")],
        structuredContent={"items": [issue(number) for number in numbers(5)]},
    )


if __name__ == "__main__":
    server.run()
