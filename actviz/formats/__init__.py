"""Layer files: one dialect a file."""
