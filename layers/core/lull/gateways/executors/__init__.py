"""Executors: whoever carries a deployment out, told to start and to stop, and asked how it goes."""
