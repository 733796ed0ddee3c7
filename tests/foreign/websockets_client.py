# A WebSocket client that is not ours: Python's websockets. Each line of the input is a frame, each frame
# a line of the output, as JSON.

import asyncio
import json
import sys

import websockets


async def speak(socket):
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await socket.send(line.rstrip("\n"))
    await socket.close()


async def main(url):
    async with websockets.connect(url) as socket:
        speaking = asyncio.create_task(speak(socket))
        async for frame in socket:
            print(json.dumps(frame), flush=True)
        await speaking


asyncio.run(main(sys.argv[1]))
