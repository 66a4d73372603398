"""The weather at the shop's places: kept, classed, and said to be unknown when it is."""
