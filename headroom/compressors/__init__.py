"""One compressor per content type."""
