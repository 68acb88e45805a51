"""Published evaluations: models over data sets by a protocol, to tables. Knows no Qt.

Data sets stand in `datasets`, protocols in `protocols`; the rest runs them, one (clip, model) after
another or on a cluster, keeps the results and writes them out.
"""
