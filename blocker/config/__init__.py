"""The configuration file: one module per section, read and checked by `load_config`."""

from blocker.config.load import load_config, unknown_vendors
from blocker.config.model import Config
from blocker.config.policy import groups_of, overlay, rules_of, switches, upstreams_of
from blocker.config.units import Endpoint

__all__ = [
    "Config",
    "Endpoint",
    "groups_of",
    "load_config",
    "overlay",
    "rules_of",
    "switches",
    "unknown_vendors",
    "upstreams_of",
]
