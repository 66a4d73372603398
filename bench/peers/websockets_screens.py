"""Screens by the `websockets` library on uvloop: each order goes to every screen by its broadcast(). Stores nothing.

The screens connect to PEER_PORT + 1; orders are posted to PEER_PORT, in the same event loop.
"""

import asyncio
import os

import uvicorn
import uvloop
from fastapi import FastAPI, Request
from websockets.asyncio.server import ServerConnection, broadcast, serve

app = FastAPI()
screens: set[ServerConnection] = set()
PORT = int(os.environ["PEER_PORT"])


async def watch(screen: ServerConnection) -> None:
    """Until it goes."""
    screens.add(screen)
    try:
        await screen.wait_closed()
    finally:
        screens.discard(screen)


@app.post("/orders", status_code=201)
async def create(request: Request):
    """Tell every screen."""
    broadcast(screens, (await request.body()).decode())
    return {"ok": True}


async def main() -> None:
    """Both doors."""
    doors = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", PORT, log_level="error", timeout_keep_alive=600))
    async with serve(watch, "127.0.0.1", PORT + 1, compression=None, ping_interval=None, backlog=4096):
        await doors.serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
