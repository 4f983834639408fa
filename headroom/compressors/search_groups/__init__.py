"""Search results and listings as text by file, what reads it back, and what chooses from it."""

from headroom.compressors.search_groups.choose import choose
from headroom.compressors.search_groups.decode import decode
from headroom.compressors.search_groups.encode import encode
from headroom.compressors.search_groups.groups import groups_of
from headroom.compressors.search_groups.long_listing import decode_listing, encode_listing
from headroom.compressors.search_groups.read import form_of

__all__ = ["choose", "decode", "decode_listing", "encode", "encode_listing", "form_of", "groups_of"]
