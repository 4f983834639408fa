"""What is known of models: window, price, terms of the prompt cache."""

from headroom.catalog.lookup import estimate_cost, lookup_caching, lookup_limit, lookup_price, usage_cost
from headroom.catalog.overrides import default_models_file, load_overrides
from headroom.catalog.values import Caching, Limit, Overrides, Price

__all__ = [
    "Caching",
    "Limit",
    "Overrides",
    "Price",
    "default_models_file",
    "estimate_cost",
    "load_overrides",
    "lookup_caching",
    "lookup_limit",
    "lookup_price",
    "usage_cost",
]
