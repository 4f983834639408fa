"""`get_toin`: the feedback of this process."""

from __future__ import annotations

import os
import threading

from headroom.feedback.feedback import Feedback

held: list[Feedback] = []
making = threading.Lock()


def get_toin(path: str | os.PathLike[str] | None = None) -> Feedback:
    """The one `Feedback` of this process. Nothing is sent anywhere, and nothing is written unless a path is named.

    Args:
        path: File to keep the counts in, from now on; None leaves it as it is, in memory at first.

    Raises:
        ConfigurationError: The counts are kept in another file, or the path is refused.
    """
    with making:
        if not held:
            held.append(Feedback(path))
        elif path is not None:
            held[0].keep_in(path)
        return held[0]
