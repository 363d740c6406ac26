"""What a machine needs to serve a home: looked at, never changed.

ports      who holds port 53, and how each lets go of it
machine    addresses, routers and rights, as the kernel tells them
checks     a list of findings, each ok, attention or problem, and what to do
written    a configuration that fits the machine, with comments
"""
