"""Tests of what stands between a socket and the app."""
