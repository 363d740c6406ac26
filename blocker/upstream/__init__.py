"""Asking other resolvers: which one, over what, and what to do when it does not answer."""
