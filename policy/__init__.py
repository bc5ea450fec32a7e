"""Whether: pure decisions. Polars frames and frozen values in, the same out; no clock, no I/O."""
