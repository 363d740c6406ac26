"""An async DNS resolver that sinkholes vendor telemetry and can explain every answer."""

__version__ = "0.1.0"
