"""Python's garbage collector, set for what a process does. What its start loaded is never garbage.

Measured: settling feeds makes hardly any cycles, and with the defaults looking for them took a
quarter of its time. Answering by DRF makes 140 cyclic objects a request: looking seldom held up
all requests of a process for 100 ms each second, looking often for 3 ms.
"""

import gc

# Allocations between two looks at the youngest objects; Python's default is 700.
BULK, WEB = 50_000, 2_000


def calm(allocations: int, *, loaded: bool) -> None:
    """Look for garbage as often as that; once all is ``loaded``, never again among that."""
    gc.set_threshold(allocations, 10, 10)
    if loaded:
        gc.collect()
        gc.freeze()
