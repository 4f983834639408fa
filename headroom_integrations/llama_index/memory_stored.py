"""What a `HeadroomMemory` is as plain values: its blocks, and its messages where they would be lost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from llama_index.core.prompts import RichPromptTemplate
from llama_index.core.storage.chat_store.sql import SQLAlchemyChatStore

from headroom import ConfigurationError
from headroom.config.refusals import mask_url
from headroom_integrations.llama_index.memory import HeadroomMemoryBlock

if TYPE_CHECKING:
    from llama_index.core.memory import Memory

logger = logging.getLogger("headroom")

TABLE = "llama_index_memory"
STORE, BLOCKS, TEMPLATE = "sql_store", "memory_blocks", "memory_blocks_template"


def stored(memory: Memory) -> dict[str, Any]:
    """The fields of a memory that its own `to_dict` leaves out or flattens.

    Raises:
        ConfigurationError: A block is of another package, which only its own code can read again.
    """
    other = next((block.name for block in memory.memory_blocks if not isinstance(block, HeadroomMemoryBlock)), None)
    if other is not None:
        message = f"to_dict cannot hold the memory block {other[:60]!r}: it is not one of headroom's"
        raise ConfigurationError(message, field=BLOCKS, value=other[:60])
    blocks = [block.model_dump(mode="json") for block in memory.memory_blocks]
    return {
        BLOCKS: blocks,
        STORE: stored_store(memory.sql_store),
        TEMPLATE: memory.memory_blocks_template.template_str,
        "insert_method": memory.insert_method.value,
    }


def stored_store(store: Any) -> dict[str, Any] | None:
    """A store of LlamaIndex's own as it dumps itself, messages that are in memory only among it; None for others, and
    where its address holds a password."""
    if not isinstance(store, SQLAlchemyChatStore):
        return None
    address = str(store.async_database_uri)
    if mask_url(address) != address:
        logger.warning(
            "the address of the chat store has a password and is not in to_dict: give sql_store to from_dict"
        )
        return None
    return dict(store.model_dump())


def restored(data: dict[str, Any]) -> dict[str, Any]:
    """The fields that `stored` made, as objects."""
    store = data.get(STORE)
    return {
        BLOCKS: [HeadroomMemoryBlock.model_validate(block) for block in data.get(BLOCKS) or ()],
        STORE: SQLAlchemyChatStore(table_name=TABLE) if store is None else store_of(store),
        TEMPLATE: RichPromptTemplate(data[TEMPLATE]),
    }


def store_of(data: dict[str, Any]) -> SQLAlchemyChatStore:
    """A store from its dump."""
    known = ("table_name", "async_database_uri", "db_data", "db_schema")
    return SQLAlchemyChatStore(**{name: data[name] for name in known if name in data})
