"""Rules that fund projects with costs from a budget."""
