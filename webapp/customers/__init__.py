"""Buyers by pseudonymous id; what is personal is sealed."""
