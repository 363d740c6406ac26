"""For all tests: Hypothesis tries the same examples at each run, however long they take.

Rule: what passed once passes again until the code changes. New examples are for `make fuzz`.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "new", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("same", settings.get_profile("new"), derandomize=True)
settings.load_profile("same")
