"""The pages for the machine room, which the front door lets nobody ask for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from servicekit.health import livez, readyz
from servicekit.metrics import metrics_page

PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/livez": livez, "/readyz": readyz, "/metrics": metrics_page}


class InsidePages:
    """Answers them before the host name is judged: Prometheus and orchestrators ask a process by its address, not by a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return PAGES.get(request.path, self._get_response)(request)
