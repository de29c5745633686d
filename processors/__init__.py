"""What to do about it: decisions, and the effects that they need behind ports."""
