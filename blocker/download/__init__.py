"""Other people's lists, fetched so that nothing they or their servers do can hurt: whatever goes
wrong, the last good copy stays.
"""
