"""The door for Daphne: HTTP and the browsers' socket in one process."""

from messaging.wsgi import application as wsgi  # isort: skip  (sets Django up, which all below needs)

from channels.routing import ProtocolTypeRouter
from daphne.ws_protocol import WebSocketFactory

from messaging.http import ThreadedHttp
from messaging.leaving import Leaving
from messaging.steady_socket import SteadySocket
from realtime.consumers import BrowserSocket
from realtime.hub import Hub
from realtime.lanes import Lanes

WebSocketFactory.protocol = SteadySocket

lanes = Lanes()
hub = Hub(lanes)
http = ThreadedHttp(wsgi, lanes)
application = ProtocolTypeRouter({"http": http, "websocket": BrowserSocket.as_asgi(hub=hub, lanes=lanes)})
Leaving(hub, http).await_signal()
