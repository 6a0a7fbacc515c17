"""Who they are: scores, clusters, rules, and who moved."""
