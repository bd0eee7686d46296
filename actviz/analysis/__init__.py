"""Mathematics over rows and engines; no Qt."""
