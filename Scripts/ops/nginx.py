"""The front door: which path leads to which service, and the nginx that does it."""

import os
from pathlib import Path
from string import Template

from bootstrap.paths import DIST, SERVICES
from ops import binaries
from ops.child import Program
from ops.instance import Instance

#: path prefix → service
ROUTES = {
    "/api/v1/auth/": "auth",
    "/api/v1/users/": "auth",
    "/api/v1/roles/": "auth",
    "/.well-known/jwks.json": "auth",
    "/admin/auth/": "auth",
    "/api/v1/tickets/": "ticket_service",
    "/api/v1/categories/": "ticket_service",
    "/api/v1/articles/": "ticket_service",
    "/api/v1/attachments/": "ticket_service",
    "/admin/tickets/": "ticket_service",
    "/api/v1/workflows/": "workflow_api",
    "/api/v1/tasks/": "workflow_api",
    "/api/v1/sla/": "workflow_api",
    "/api/v1/reports/": "workflow_api",
    "/admin/workflows/": "workflow_api",
    "/api/v1/comments/": "messaging",
    "/ws/": "messaging",
    "/admin/messaging/": "messaging",
    "/api/v1/notifications/": "notification_service",
    "/api/v1/webhooks/": "notification_service",
    "/admin/notifications/": "notification_service",
}
TEMPLATE = Path(__file__).with_name("nginx.conf.template")


def program(instance: Instance) -> Program:
    """Write the configuration; tell how nginx is run."""
    path = instance.runtime / "nginx.conf"
    path.write_text(configuration(instance))
    return Program(
        name="nginx",
        command=(str(binaries.nginx()), "-p", str(instance.runtime), "-e", "stderr", "-c", str(path)),
        cwd=instance.runtime,
        env={"PATH": os.defpath},
    )


def configuration(instance: Instance) -> str:
    """The configuration of an instance's front door."""
    return Template(TEMPLATE.read_text()).substitute(
        runtime=instance.runtime,
        listen=instance.listen,
        port=instance.port,
        dist=DIST,
        media=instance.media,
        user_directive="user root root;" if binaries.is_root() else "",
        upstreams="".join(_upstream(name, instance.port_of(name)) for name in SERVICES),
        routes="".join(_route(path, service) for path, service in ROUTES.items()),
    )


def _upstream(name: str, port: int) -> str:
    return f"    upstream {name} {{\n        server 127.0.0.1:{port} max_fails=0;\n        keepalive 16;\n    }}\n"


def _route(path: str, service: str) -> str:
    settings = [f"proxy_pass http://{service};"]
    if path == "/ws/":
        settings += ["proxy_read_timeout 1h;", "proxy_send_timeout 1h;"]
    exact = "" if path.endswith("/") else "= "
    body = "\n".join(f"            {line}" for line in settings)
    return f"        location {exact}{path} {{\n{body}\n        }}\n"
