"""One drawing a lens."""
