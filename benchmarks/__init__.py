"""Programs that print speed ratios, competitors interleaved in one run."""
