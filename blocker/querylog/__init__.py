"""The query log: rows and their totals in SQLite or PostgreSQL, written and read by admin alone."""
