"""Search results and listings as text by file, what reads it back, and what chooses from it."""

from headroom.compressors.search_groups.choose import choose
from headroom.compressors.search_groups.decode import decode
from headroom.compressors.search_groups.encode import encode
from headroom.compressors.search_groups.groups import groups_of
from headroom.compressors.search_groups.read import form_of

__all__ = ["choose", "decode", "encode", "form_of", "groups_of"]
