"""Arithmetic of the pages of figures: comparisons, hours of a day, places, and the words for them."""
