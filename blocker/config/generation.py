"""From a configuration and a compiled ruleset to what workers run with.

Rule: `serve`, `check` and `explain` all take this way, so that they cannot differ.
"""

from pathlib import Path

from blocker.config.homes import homes_of, search_domains
from blocker.config.local import local_records
from blocker.config.model import Config
from blocker.config.policy import groups_of, rules_of, upstreams_of
from blocker.link import CacheLimits, Encrypted, Generation, RateLimits


def generation_of(config: Config, ruleset: Path) -> Generation:
    """Its number is still 0, and what was changed since by API or command line is not in it."""
    cache = config.cache
    return Generation(
        number=0,
        ruleset=str(ruleset),
        groups=groups_of(config),
        rules=rules_of(config),
        records=local_records(config).records,
        upstreams=upstreams_of(config.upstreams, config.upstreams),
        strategy=config.dns.strategy,
        allow_from=[str(network) for network in config.dns.allow_from],
        rate=RateLimits(
            questions=config.dns.rate_limit,
            exempt=[str(network) for network in config.dns.rate_limit_exempt],
        ),
        encrypted=_encrypted(config),
        homes=homes_of(config, search_domains()),
        private_domains=list(config.dns.private_domains),
        cache=CacheLimits(
            size=cache.size,
            min_ttl=cache.min_ttl,
            max_ttl=cache.max_ttl,
            serve_stale=cache.serve_stale,
        ),
    )


def _encrypted(config: Config) -> Encrypted | None:
    if (given := config.dns.encrypted) is None:
        return None
    return Encrypted(certificate=str(given.certificate), key=str(given.key), name=given.named())
