"""What is sold: products, their versions and prices, categories, brands, vendors and price tiers."""
