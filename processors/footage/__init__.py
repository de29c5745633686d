"""Where and when the recordings are: names, clocks, timelines, coverage, readiness. Pure."""
