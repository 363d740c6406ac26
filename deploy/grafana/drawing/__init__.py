"""Pictures of the dashboards, for those who have no Grafana at hand: `make pictures`.

Rule: panels, queries, units and legends are those of ../json; nothing of them stands here twice.
"""
