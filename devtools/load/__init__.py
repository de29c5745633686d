"""A bounded load on a worker of its own: how many of what succeed, how quickly, and what it costs."""
