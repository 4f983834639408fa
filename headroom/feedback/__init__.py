"""What models asked for again: counts by hashed tool name and shape, kept on this machine, and only where asked to."""

from headroom.feedback.counts import Advice, Counts, Learnt
from headroom.feedback.feedback import TOIN, Feedback
from headroom.feedback.learning import learn_asked, learn_left_out
from headroom.feedback.process import get_toin
from headroom.feedback.shapes import shape_of

__all__ = [
    "TOIN",
    "Advice",
    "Counts",
    "Feedback",
    "Learnt",
    "get_toin",
    "learn_asked",
    "learn_left_out",
    "shape_of",
]
