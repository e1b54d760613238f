"""The one outbound HTTP client: short time-outs, no redirects, no proxies, the correlation id on every call."""

from typing import Any

from servicekit.context import correlation_id
from servicekit.errors import Unavailable

MAX_BYTES = 1_048_576


def fetch_json(url: str, *, timeout: float = 3.0) -> Any:
    """GET a JSON document. ``timeout`` in seconds, for connecting and for reading. Raises Unavailable for all but a 200 with JSON."""
    import httpx

    try:
        with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
            response = client.get(url, headers={"X-Request-ID": correlation_id.get(), "Accept": "application/json"})
        if response.status_code != 200 or len(response.content) > MAX_BYTES:
            raise Unavailable(f"{response.url.host} answered {response.status_code}.")
        return response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(f"{type(error).__name__} while asking another service.") from error
