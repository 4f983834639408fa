"""How search results can be written: the forms a program prints, and the line that names them above ours."""

from __future__ import annotations

from dataclasses import dataclass

PATH_LINE = "path:line:text"
PATH_TEXT = "path:text"
NUL_LINE = "path NUL line:text"
NUL_TEXT = "path NUL text"
LINE = "line:text"


@dataclass(frozen=True, slots=True)
class Form:
    """How a program printed its matches.

    Attributes:
        name: What a line holds, in order.
        context: Whether lines around the matches stand there, too, with `-` where matches have `:`.
    """

    name: str
    context: bool = False

    @property
    def by_file(self) -> bool:
        """Whether each line begins with its path."""
        return self.name != LINE

    @property
    def numbered(self) -> bool:
        """Whether each line has its number."""
        return self.name not in (PATH_TEXT, NUL_TEXT)

    @property
    def is_nul(self) -> bool:
        """Whether a NUL ends the path."""
        return self.name in (NUL_LINE, NUL_TEXT)

    @property
    def spared(self) -> str:
        """The mark behind a line number that is not written where a blank can stand for it: the frequent one."""
        return "-" if self.context else ":"

    @property
    def head(self) -> str:
        """The first line of our text."""
        return f"[{self.name}{' by file' if self.by_file else ''}{', with context' if self.context else ''}]"


FORMS = tuple(
    Form(name, context) for name in (PATH_LINE, PATH_TEXT, NUL_LINE, NUL_TEXT, LINE) for context in (False, True)
)
BY_HEAD = {form.head: form for form in FORMS}
