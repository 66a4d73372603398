"""The live pieces of advice: what is worth doing now, what was accepted, what was refused, what the till names."""

from webapp.recommendations.islands import cards, page, running

__all__ = ["cards", "page", "running"]
