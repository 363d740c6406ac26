"""The curated lists and other people's lists, and how they become a ruleset."""
