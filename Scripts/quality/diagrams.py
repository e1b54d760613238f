"""Scripts/diagrams: pictures drawn from the Compose file, nginx, the pipeline and the code, as Mermaid."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from bootstrap.paths import ROOT, SERVICES

PAGE = ROOT / "documentation" / "ARCHITECTURE_DIAGRAMS.md"
COMPOSE = ROOT / "Docker" / "docker-compose.prod.yml"
ROUTES = ROOT / "Docker" / "nginx" / "snippets" / "routes.conf"
PIPELINE = ROOT / ".github" / "workflows" / "pipeline.yml"
STATES = ROOT / "ticket_service" / "tickets" / "status.py"
MARK = re.compile(r"<!-- generated: (?P<name>\w+) -->\n.*?<!-- end -->", re.DOTALL)
#: contracts module → the service that publishes what stands in it
PUBLISHERS = {"auth": "auth", "ticket": "ticket_service", "workflow": "workflow_api"} | {
    "messaging": "messaging",
    "notification": "notification_service",
}
WORKER = "-worker"
JOBS = ("-migrate", "provision", "restore")


def compose() -> dict[str, Any]:
    """The Compose file as written, anchors resolved."""
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return content


def services() -> dict[str, dict[str, Any]]:
    """What runs all the time."""
    return {name: given for name, given in compose()["services"].items() if not name.endswith(JOBS)}


def members(network: str) -> list[str]:
    """Who is in a network."""
    return [name for name, given in services().items() if network in given.get("networks", [])]


def server() -> Iterator[str]:
    """One server: who is in front, who is behind, what is kept."""
    running = services()
    yield "flowchart TB"
    yield "    people([Internet]) -- 80 and 443 --> nginx"
    yield "    subgraph server[One server]"
    yield from (f"        {_id(name)}[{_label(name, given)}]" for name, given in running.items() if not name.endswith(WORKER))
    yield "    end"
    yield from (f"    nginx --> {_id(name)}" for name in _behind_nginx())
    yield from (f"    {_id(name)} --> db" for name in members("data") if name.endswith(("-service", "-api")))
    yield from (f"    {_id(name)} --- {_id(name)}_w([its worker]) --> rabbitmq" for name in _behind_nginx() if name != "frontend")
    yield "    db -- every change --> backup"


def networks() -> Iterator[str]:
    """Who may reach whom."""
    yield "flowchart LR"
    for network, given in compose()["networks"].items():
        inside = members(network)
        if not inside:
            continue
        is_shut, is_public = bool((given or {}).get("internal")), "nginx" in inside
        way = "no way out" if is_shut else "publishes 80 and 443" if is_public else "leads out"
        yield f'    subgraph {network}["{network}: {way}"]'
        yield from (f"        {_id(name)}_{network}[{name}]" for name in inside)
        yield "    end"
        if not is_shut:
            yield f"    internet([Internet]) --> nginx_{network}" if is_public else f"    {network} --> outside([mail, S3, certificates])"


def volumes() -> Iterator[str]:
    """Which container keeps what."""
    yield "flowchart LR"
    for name, given in compose()["services"].items():
        if name.endswith("-migrate"):
            continue
        for volume in given.get("volumes", []):
            source, target = _mount(volume)
            if source in compose()["volumes"]:
                yield f'    {_id(name)}[{name}] -- "{target}" --- {source}[({source})]'


def start() -> Iterator[str]:
    """What waits for what."""
    yield "flowchart LR"
    for name, given in compose()["services"].items():
        waits = given.get("depends_on", {})
        for other, how in waits.items() if isinstance(waits, dict) else ((other, {}) for other in waits):
            condition = {"service_healthy": "well", "service_completed_successfully": "done"}.get(how.get("condition", ""), "started")
            yield f"    {_id(other)}[{other}] -- {condition} --> {_id(name)}[{name}]"


def routes() -> Iterator[str]:
    """Which path leads to which service."""
    text = ROUTES.read_text(encoding="utf-8")
    block = text[text.index("map $uri $upstream {") : text.index("}\n", text.index("map $uri $upstream {"))]
    yield "flowchart LR"
    yield "    browser([browser, programs]) -- HTTPS --> nginx"
    for pattern, upstream in re.findall(r'^\s+("[^"]*"|default) \$(\w+)_upstream;', block, re.MULTILINE):
        yield f'    nginx -- "{"<br>".join(_paths(pattern))}" --> {upstream}'


def events() -> Iterator[str]:
    """Who publishes kinds of events that whom concern."""
    published = _published()
    yield "flowchart LR"
    for listener in SERVICES:
        heard = Counter(published[kind] for kind in _heard(listener) if kind in published)
        for publisher, count in sorted(heard.items()):
            if publisher != listener:
                yield f'    {publisher} -- "{count} kind{"s" if count > 1 else ""}" --> {listener}'


def pipeline() -> Iterator[str]:
    """The jobs of the pipeline."""
    jobs = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))["jobs"]
    yield "flowchart LR"
    for name, job in jobs.items():
        steps = ", ".join(step["name"] for step in job["steps"] if "run" in step)
        yield f'    {name}["{job["name"]}<br>{steps}"]'
        needs = job.get("needs", [])
        yield from (f"    {need} --> {name}" for need in ([needs] if isinstance(needs, str) else needs))


def states() -> Iterator[str]:
    """The way of a ticket."""
    yield "stateDiagram-v2"
    yield "    [*] --> new"
    moves = re.findall(r"\(Status\.(\w+), Action\.(\w+)\): Status\.(\w+)", STATES.read_text(encoding="utf-8"))
    yield from (f"    {source} --> {target}: {action}".lower() for source, action, target in moves)


def health() -> Iterator[str]:
    """How each container is asked whether it is well."""
    yield "| Container | Asked | Every |"
    yield "|---|---|---|"
    for name, given in services().items():
        check = given.get("healthcheck", {})
        words = check.get("test", ["built into the image"])
        asked = " ".join(words[1:]) if words[0] in {"CMD", "CMD-SHELL"} else words[0]
        yield f"| {name} | `{asked.replace('|', '¦').replace('$$', '$')}` | {check.get('interval', '30s')} |"


DRAWN: dict[str, Callable[[], Iterator[str]]] = {
    function.__name__: function for function in (server, networks, volumes, start, routes, events, pipeline, states, health)
}


def drawn(page: str) -> str:
    """The page with every generated part as it is now. Raises KeyError for an unknown name."""

    def draw(match: re.Match[str]) -> str:
        name = match["name"]
        body = "\n".join(DRAWN[name]())
        fenced = body if body.startswith("|") else f"```mermaid\n{body}\n```"
        return f"<!-- generated: {name} -->\n{fenced}\n<!-- end -->"

    return MARK.sub(draw, page)


def main(arguments: list[str]) -> None:
    """Write the page, or with --check only compare; exit code 1 when it is not up to date."""
    old = PAGE.read_text(encoding="utf-8")
    new = drawn(old)
    if "--check" in arguments:
        sys.exit("documentation/ARCHITECTURE_DIAGRAMS.md is not up to date: Scripts/diagrams" if new != old else 0)
    PAGE.write_text(new, encoding="utf-8")


def _behind_nginx() -> list[str]:
    return [name for name in members("front") if name not in {"nginx", "backup"} and not name.endswith(WORKER)]


def _label(name: str, given: dict[str, Any]) -> str:
    return f'"{name}<br>{given["mem_limit"].upper()}B at most"' if "mem_limit" in given else name


def _mount(volume: str | dict[str, Any]) -> tuple[str, str]:
    if isinstance(volume, dict):
        return volume["source"], volume["target"]
    source, target, *_ = volume.split(":")
    return source, target


def _paths(pattern: str) -> list[str]:
    """A pattern of nginx as the paths that it stands for."""
    plain = pattern.strip('"').removeprefix("~^").replace("(/|$)", "/")
    return ["everything else"] if plain == "default" else list(dict.fromkeys(_expanded(plain)))


def _expanded(text: str) -> Iterator[str]:
    group = re.search(r"\(([^()]*)\)", text)
    if not group:
        yield text
        return
    for choice in group[1].split("|"):
        yield from _expanded(text[: group.start()] + choice + text[group.end() :])


def _published() -> dict[str, str]:
    """Each kind of event that exists, and its publisher."""
    found = {}
    for module, publisher in PUBLISHERS.items():
        tree = ast.parse((ROOT / "servicekit" / "contracts" / f"{module}.py").read_text(encoding="utf-8"))
        for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            if any(isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == "type" and line.value for line in kind.body):
                found[kind.name] = publisher
    return found


def _heard(service: str) -> set[str]:
    """The kinds of events that a service handles: what its decorators name, and the table of notification's rules."""
    found: set[str] = set()
    for path in sorted((ROOT / service).rglob("*.py")):
        if path.name == "handlers.py":
            found |= set(_decorated(ast.parse(path.read_text(encoding="utf-8"))))
        elif path.parts[-2:] == ("rules", "table.py"):
            found |= {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)}
    return found


def _decorated(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "handles":
            yield from (word.id for word in node.args if isinstance(word, ast.Name))


def _id(name: str) -> str:
    return name.replace("-", "_")


if __name__ == "__main__":
    main(sys.argv[1:])
