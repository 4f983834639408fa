"""Calls of the providers' APIs, sent through headroom: read, prepared, answered, recorded."""
