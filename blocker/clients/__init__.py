"""Who asks: the group of an address, when a group's settings hold, and who the neighbours are.

Workers carry it, so it is the standard library and nothing else.
"""
