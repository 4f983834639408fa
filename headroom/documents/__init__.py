"""Documents of one question: which stay, and what stays of them within a budget."""

from headroom.documents.budget import fitted
from headroom.documents.choice import best, diverse, relevance
from headroom.documents.pieces import LEFT_OUT
from headroom.documents.whole_budget import Asked, within_budget

__all__ = ["LEFT_OUT", "Asked", "best", "diverse", "fitted", "relevance", "within_budget"]
