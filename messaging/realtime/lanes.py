"""The threads of this process that wait for the database."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class Lanes:
    """A few lasting threads, each with one lasting connection: as many connections as lanes, however many sockets there are."""

    def __init__(self, count: int = 4) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="lane")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function in a lane and await its answer."""

        def call() -> T:
            close_old_connections()
            return context.run(function, *args, **kwargs)

        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Close the connections and end the threads."""
        all_here = threading.Barrier(self._count)

        def leave() -> None:
            all_here.wait()
            connections.close_all()

        for _ in range(self._count):
            self._threads.submit(leave)
        self._threads.shutdown(wait=True)
