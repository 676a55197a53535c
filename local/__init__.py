"""The whole system on this machine: emulated AWS, event source mappings, schedules and the edge in one process."""
