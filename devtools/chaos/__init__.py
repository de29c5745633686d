"""`make chaos`: kills workers and the broker under load, then counts from outside what was lost."""
