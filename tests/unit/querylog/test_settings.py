"""Settings survive the pipe to admin as they are."""

import json
from dataclasses import asdict

from blocker.querylog.settings import LogSettings


def test_settings_cross_as_json() -> None:
    settings = LogSettings(clients="hashed", ignore_names=["example.org"])
    assert LogSettings(**json.loads(json.dumps(asdict(settings)))) == settings
