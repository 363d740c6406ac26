"""What people and their tools ask: the API, the metrics, reloads. Names resolve without it."""
