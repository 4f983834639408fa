"""Headroom for LangChain and LangGraph."""

from headroom_integrations.langchain.functions import compress_messages
from headroom_integrations.langchain.runnable import HeadroomCompressor

__all__ = ["HeadroomCompressor", "compress_messages"]
