"""The baseline: a Flask application that reads a POST and stores nothing."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/orders")
def create():
    """The empty answer."""
    request.get_data()
    return {"ok": True}, 201


@app.get("/orders")
def index():
    """The empty answer."""
    return {"ok": True}
