"""Originals of a thread leave a LangGraph store with the thread (requirement R29)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headroom.threads import in_thread
from headroom_integrations.langchain.placement_originals import folder, threads_folder

PAGE = 100


def delete_originals(store: Any, thread_id: str, *, namespace: str = "") -> int:
    """Delete the originals that a thread has put into a LangGraph store; how many were its own.

        checkpointer.delete_thread("42")
        delete_originals(store, "42")

    One that another thread has put there, too, stays until that one is deleted. Handles of those that are gone get a
    final answer.

    Args:
        store: The graph's store.
        thread_id: As the graph was called with.
        namespace: Scope of the originals.
    """
    mine, deleted = threads_folder(namespace, thread_id), 0
    for handle in list(handles_in(store, mine)):
        store.delete(mine, handle)
        if not store.search(threads_folder(namespace), filter={"handle": handle}, limit=1):
            store.delete(folder(namespace), handle)
            deleted += 1
    return deleted


async def adelete_originals(store: Any, thread_id: str, *, namespace: str = "") -> int:
    """`delete_originals` in a thread, so that the event loop goes on."""
    return await in_thread(lambda: delete_originals(store, thread_id, namespace=namespace))


def handles_in(store: Any, place: tuple[str, ...]) -> Iterator[str]:
    """Keys of a folder; a search finds those of folders whose names begin the same, too."""
    offset = 0
    while found := store.search(place, limit=PAGE, offset=offset):
        yield from (item.key for item in found if tuple(item.namespace) == place)
        offset += len(found)
