"""How fast the engine is, as ratios within one run: `python -m benchmarks`."""
