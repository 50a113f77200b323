"""The bench: how fast the product is, beside a floor that is measured in the same run. Nothing of the product imports it.

scratch      a database of its own for the run        agreement    both sides write the same rows
market       assets, prices, policies, quotes         measure      one repetition of one cell
customers    confirmed conversions, by the thousand   method       which repetitions there are, and what counts
floor        a conversion in one call to the server   report       a line a cell, and the JSON
processes    clients, and Celery's workers            settle       the cells of settlement, with their targets
machine      whose processor time it was
"""
