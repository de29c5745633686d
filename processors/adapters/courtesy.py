"""What computes goes behind what answers.

On a busy machine the worker, the recorder and the broker get a processor first, and cutting gets what
they leave: beside one of them about a quarter (Linux: a step of niceness is a factor of 1.25).
"""

NICENESS = 5
"""By how much cutting goes behind the worker; see nice(2)."""
