"""The baseline of the live channel: stock flask-sock that sends each order to every watcher, one after the other."""

from flask import Flask, request
from flask_sock import Sock

app = Flask(__name__)
sock = Sock(app)
watchers = set()


@sock.route("/live")
def live(ws):
    """Watch until the client goes."""
    watchers.add(ws)
    try:
        while True:
            ws.receive()
    finally:
        watchers.discard(ws)


@app.post("/orders")
def create():
    """Store nothing; tell everybody."""
    text = request.get_data(as_text=True)
    for ws in list(watchers):
        ws.send(text)
    return {"ok": True}, 201


@app.get("/orders")
def index():
    """How many watch."""
    return {"watchers": len(watchers)}
