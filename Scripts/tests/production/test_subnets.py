"""TTS_SUBNET gives each network of the deployment an address range of its own."""

from pathlib import Path

import pytest
import yaml

from production import subnets
from production.compose import Compose
from production.home import Home


def home(tmp_path: Path, **values: str) -> Home:
    (tmp_path / "state").mkdir(exist_ok=True)
    return Home(tmp_path, values)


def test_each_network_gets_an_eighth_and_compose_reads_the_file(tmp_path: Path) -> None:
    deployment = home(tmp_path, TTS_SUBNET="172.30.0.0/16")
    subnets.write(deployment)
    written = yaml.safe_load((tmp_path / "state" / "networks.yml").read_text())
    assert {name: network["ipam"]["config"] for name, network in written["networks"].items()} == {
        "edge": [{"subnet": "172.30.0.0/19"}],
        "front": [{"subnet": "172.30.32.0/19"}],
        "data": [{"subnet": "172.30.64.0/19"}],
        "bus": [{"subnet": "172.30.96.0/19"}],
        "egress": [{"subnet": "172.30.128.0/19"}],
    }
    assert tmp_path / "state" / "networks.yml" in Compose(deployment).files


def test_without_it_docker_chooses_also_after_it_was_set(tmp_path: Path) -> None:
    subnets.write(home(tmp_path, TTS_SUBNET="10.9.0.0/24"))
    deployment = home(tmp_path)
    subnets.write(deployment)
    assert list((tmp_path / "state").iterdir()) == []
    assert [path.name for path in Compose(deployment).files] == ["docker-compose.prod.yml"]


def test_what_is_no_network_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        subnets.write(home(tmp_path, TTS_SUBNET="172.30"))
    assert list((tmp_path / "state").iterdir()) == []
