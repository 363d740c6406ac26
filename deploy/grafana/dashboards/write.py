"""Dashboards to files, written the same way each time, so that a change can be read in a diff."""

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.dashboards.devices import devices
from deploy.grafana.dashboards.health import health
from deploy.grafana.dashboards.overview import overview
from deploy.grafana.dashboards.vendors import vendors

FOLDER: Final = Path(__file__).resolve().parents[1] / "json"


def dashboards() -> dict[str, str]:
    """File names, and what belongs into each."""
    made = (each().build() for each in (overview, vendors, devices, health))
    return {
        f"{str(each.uid).removeprefix('blocker-')}.json": json.dumps(
            each, cls=JSONEncoder, indent=1, sort_keys=True
        )
        + "\n"
        for each in made
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in dashboards().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
