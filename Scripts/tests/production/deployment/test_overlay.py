"""What Compose is told of the two colours."""

from production.deployment.overlay import render
from production.state import COMPOSE_NAMES, DEPLOYABLE, SERVICES, ServiceState, State


def declared():
    services = {}
    for name in DEPLOYABLE:
        services[COMPOSE_NAMES[name]] = a_service(name)
    for name in SERVICES:
        services[f"{name}-worker"] = a_service(name, "-worker")
    return {"name": "desk", "services": services}


def a_service(name, role=""):
    return {
        "image": f"registry.example.org:5000/tts/{name}:0.9",
        "container_name": f"desk-{name}{role}",
        "build": {"context": ".."},
        "environment": {"DJANGO_ENV": "production"},
        "networks": {"front": None, "data": {"priority": 1}},
        "mem_limit": "209715200",
        "depends_on": {"auth-migrate": {"condition": "service_completed_successfully"}},
    }


def a_state(tmp_path, **services):
    state = State(tmp_path / "state.json")
    state.services |= services
    return state


def test_before_the_first_deployment_there_are_twins_that_do_not_run(tmp_path):
    services = render(declared(), a_state(tmp_path), {}, "0.9")["services"]
    assert set(services) == {f"{name}-green" for name in declared()["services"]}
    assert {(service["image"].rpartition(":")[2], service["scale"]) for service in services.values()} == {("0.9", 0)}


def test_a_release_under_trial_stands_beside_the_serving_one(tmp_path):
    services = render(declared(), a_state(tmp_path), {"auth": "1.0"}, "0.9")["services"]
    assert [name for name in services if services[name].get("scale") != 0] == [
        "auth-service", "auth-worker", "auth-service-green", "auth-worker-green"
    ]  # fmt: skip
    assert services["auth-service"] == {"image": "registry.example.org:5000/tts/auth:0.9"}
    assert services["auth-service-green"] == {
        "image": "registry.example.org:5000/tts/auth:1.0",
        "container_name": "desk-auth-green",
        "environment": {"DJANGO_ENV": "production"},
        "networks": {"front": {"aliases": ["auth-service"]}, "data": {"priority": 1, "aliases": ["auth-service"]}},
        "mem_limit": "209715200",
        "depends_on": {"auth-migrate": {"condition": "service_completed_successfully"}},
    }
    assert services["auth-worker-green"]["networks"]["data"]["aliases"] == ["auth-worker"]


def test_the_colour_that_does_not_serve_keeps_the_release_before_and_starts_with_nothing(tmp_path):
    state = a_state(tmp_path, auth=ServiceState(colour="green", release="1.0", previous="0.9"))
    services = render(declared(), state, {}, "0.8")["services"]
    assert services["auth-service"] == {"image": "registry.example.org:5000/tts/auth:0.9", "scale": 0}
    assert services["auth-worker"] == {"image": "registry.example.org:5000/tts/auth:0.9", "scale": 0}
    assert "scale" not in services["auth-service-green"]
    assert services["auth-service-green"]["image"].endswith(":1.0")


def test_green_is_declared_as_long_as_its_container_may_be_there(tmp_path):
    state = a_state(tmp_path, auth=ServiceState(colour="blue", release="1.1", previous="1.0"))
    services = render(declared(), state, {}, "0.8")["services"]
    assert services["auth-service"] == {"image": "registry.example.org:5000/tts/auth:1.1"}
    assert (services["auth-service-green"]["image"][-3:], services["auth-service-green"]["scale"]) == ("1.0", 0)


def test_the_front_end_of_the_release_before_runs_on(tmp_path):
    state = a_state(tmp_path, frontend=ServiceState(colour="green", release="1.0", previous="0.9"))
    services = render(declared(), state, {}, "0.8")["services"]
    assert services["frontend"] == {"image": "registry.example.org:5000/tts/frontend:0.9"}
    assert "scale" not in services["frontend-green"]
