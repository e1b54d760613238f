"""Two at once, or twenty."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def run_together(functions: Sequence[Callable[[], Any]], timeout: float = 60.0) -> list[Any]:
    """Run the functions in threads that start at one barrier; each one's result, or what it raised. ``timeout`` in seconds."""
    barrier = threading.Barrier(len(functions))
    results: list[Any] = [TimeoutError("never finished")] * len(functions)

    def run(index: int, function: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout)
            results[index] = function()
        except BaseException as error:  # noqa: BLE001  (handed to the test)
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    return results
