"""Which rows of a table that is too large stay."""

from headroom.compressors.item_choice.choose import choose_items
from headroom.compressors.item_choice.fill import select
from headroom.compressors.item_choice.settings import ItemChoice, Selection

__all__ = ["ItemChoice", "Selection", "choose_items", "select"]
