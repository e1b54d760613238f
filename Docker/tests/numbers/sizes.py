"""How large the images are, and how much of that is ours."""

from Docker.tests.deployment.desk import REGISTRY
from Docker.tests.numbers.sheet import Sheet
from Docker.tests.stack import base_images, docker
from production.state import SERVICES

SERVICE_MB, FRONTEND_MB = 130, 10
PYTHON, NGINX = "python:3.13.9-slim-trixie", "nginx:1.28.0-bookworm"


def measure(sheet: Sheet, release: str) -> None:
    """MB in the layers above the base image, and of the whole image."""
    bases = {"frontend": base_images().get("NGINX_IMAGE", NGINX)}
    for service in (*SERVICES, "frontend"):
        whole, base = (
            _megabytes(f"{REGISTRY}/{service}:{release}"),
            _megabytes(bases.get(service, base_images().get("PYTHON_IMAGE", PYTHON))),
        )
        sheet.add(
            f"our layers of {service} (whole image {whole:.0f}), MB", whole - base, FRONTEND_MB if service == "frontend" else SERVICE_MB
        )


def size(image: str) -> int:
    """Bytes of all layers."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image))


def _megabytes(image: str) -> float:
    return size(image) / 1e6
