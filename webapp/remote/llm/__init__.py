"""Asking a language model: OpenAI, Gemini or a server that speaks as OpenAI does; JSON in, JSON by a schema out."""

from webapp.remote.llm.asking import ask, is_configured, is_open, model_of
from webapp.remote.llm.parts import ModelFailure, Reply
from webapp.remote.llm.prompts import read_prompt

__all__ = ["ModelFailure", "Reply", "ask", "is_configured", "is_open", "model_of", "read_prompt"]
