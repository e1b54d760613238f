"""The door for Daphne: HTTP and the browsers' socket in one process."""

from messaging.wsgi import application as wsgi  # isort: skip  (sets Django up, which all below needs)

from channels.routing import ProtocolTypeRouter
from daphne.ws_protocol import WebSocketFactory

from messaging.http import ThreadedHttp
from messaging.steady_socket import SteadySocket
from realtime.consumers import BrowserSocket
from realtime.hub import Hub
from realtime.lanes import Lanes

WebSocketFactory.protocol = SteadySocket

lanes = Lanes()
application = ProtocolTypeRouter(
    {
        "http": ThreadedHttp(wsgi, lanes),
        "websocket": BrowserSocket.as_asgi(hub=Hub(lanes), lanes=lanes),
    }
)
