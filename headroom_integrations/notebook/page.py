"""A page within a notebook, in a frame of its own."""

from __future__ import annotations

from html import escape


class Page:
    """A page of HTML, shown in a frame, so that its styles and the notebook's do not meet.

    Attributes:
        html: The page.
        height: Pixels of the frame.
    """

    def __init__(self, html: str, height: int = 640) -> None:
        self.html, self.height = html, height

    def __repr__(self) -> str:
        return f"Page({len(self.html):,} characters)"

    def _repr_html_(self) -> str:
        frame = "width:100%;border:1px solid rgba(127,127,127,.3);border-radius:4px"
        return f'<iframe srcdoc="{escape(self.html)}" height="{self.height}" style="{frame}"></iframe>'
