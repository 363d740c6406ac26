"""Who phones home to whom, how often, what for, and what became of it: sums over the query log."""
