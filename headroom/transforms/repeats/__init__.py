"""What an earlier message of the conversation showed, named instead of said again."""

from headroom.transforms.repeats.expand import expand_messages
from headroom.transforms.repeats.fold import fold
from headroom.transforms.repeats.shown import Shown, Trail, Trails

__all__ = ["Shown", "Trail", "Trails", "expand_messages", "fold"]
