"""The configuration file: one module per section, read and checked by `load_config`."""

from blocker.config.load import load_config, unknown_vendors
from blocker.config.model import Config
from blocker.config.policy import overlay, switches
from blocker.config.units import Endpoint

__all__ = ["Config", "Endpoint", "load_config", "overlay", "switches", "unknown_vendors"]
