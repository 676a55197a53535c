"""Everything outside: schedules and queues."""
