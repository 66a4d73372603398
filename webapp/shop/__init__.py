"""The shop itself: its settings, channels and locations."""
