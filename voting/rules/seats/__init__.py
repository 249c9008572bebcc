"""Rules that fill seats: one office, a council, a single choice."""
