"""When it happens: Kafka, HTTP and timers. Plumbing, no decisions."""
