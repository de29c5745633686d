"""The only code below `streams` that touches disk, processes and clocks."""
