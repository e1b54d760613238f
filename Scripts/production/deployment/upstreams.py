"""The file that tells nginx who serves: written here only, and always as a whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from production.deployment.colours import Slot, web
from production.files import write_atomically
from production.home import Home
from production.state import DEPLOYABLE, State

COOKIE = "tts_release"
KEPT = 86_400  # seconds that a browser stays in its share of a canary
READABLE = 0o644  # nginx's account reads it; the folder keeps others out
HEAD = "# Written by Scripts/tts. Who serves, as container:port; a change by hand is lost with the next deployment.\n"
STICKY = """
# Who is tried with a new release keeps it: a browser by its cookie, a program by its token.
map $http_authorization $release_program {{ default $http_authorization; "" $request_id; }}
map $cookie_{cookie} $release_key {{ default $cookie_{cookie}; "" $release_program; }}
map $cookie_{cookie} $release_cookie {{ default ""; "" "{cookie}=$request_id; Path=/; Max-Age={kept}; HttpOnly; Secure; SameSite=Lax"; }}
"""
NOBODY_IS_TRIED = '\nmap "" $release_cookie { default ""; }\n'


@dataclass(frozen=True)
class Trial:
    """A new release beside the serving one. ``percent`` of the users come to it; whoever shows the pass comes in any case."""

    percent: int = 0


@dataclass(frozen=True)
class Routes:
    """Who serves each service, who is tried, and the secret cookie value that leads to those that are tried."""

    project: str
    active: Mapping[str, Slot]
    trials: Mapping[str, Trial] = field(default_factory=dict)
    pass_value: str = ""
    #: the front end of the release before runs on, so that its pages find their files
    has_previous_frontend: bool = False


def routes_of(home: Home, state: State, trials: Mapping[str, Trial] | None = None, pass_value: str = "") -> Routes:
    """What the state says, and who is tried beside it."""
    active = {name: web(state, name) for name in DEPLOYABLE}
    return Routes(home.project, active, trials or {}, pass_value, has_previous_frontend=bool(state.services["frontend"].previous))


def render(routes: Routes) -> str:
    """The text for nginx; two calls with the same routes give the same text."""
    parts = [HEAD, STICKY.format(cookie=COOKIE, kept=KEPT) if _somebody_is_tried(routes) else NOBODY_IS_TRIED]
    parts += [_service(routes, name) for name in DEPLOYABLE]
    frontend = routes.active["frontend"]
    previous = frontend.twin if routes.has_previous_frontend else frontend
    parts.append(f'\nmap "" $frontend_previous {{ default "{previous.address(routes.project)}"; }}\n')
    return "".join(parts)


def write(home: Home, state: State) -> None:
    """Write the file as the state has it. Raises OSError."""
    write_atomically(home.state / "upstreams.conf", render(routes_of(home, state)), mode=READABLE)


def shares(home: Home) -> dict[str, int]:
    """Service → percent of the users that come to a release under trial, as nginx is told now."""
    path = home.state / "upstreams.conf"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {name: int(percent) for name, percent in re.findall(r'^split_clients "(\w+)\$release_key" .* \{ (\d+)% ', text, re.MULTILINE)}


def _somebody_is_tried(routes: Routes) -> bool:
    return any(0 < trial.percent < 100 for trial in routes.trials.values())


def _service(routes: Routes, name: str) -> str:
    active = routes.active[name].address(routes.project)
    trial = routes.trials.get(name)
    if trial is None:
        return f'\nmap "" ${name}_upstream {{ default "{active}"; }}\n'
    tried = routes.active[name].twin.address(routes.project)
    lines, default = [], f'"{tried}"' if trial.percent >= 100 else f'"{active}"'
    if 0 < trial.percent < 100:  # split_clients takes neither 0% nor 100%
        lines.append(f'split_clients "{name}$release_key" ${name}_share {{ {trial.percent}% "{tried}"; * "{active}"; }}\n')
        default = f"${name}_share"
    choice = f'default {default}; "{routes.pass_value}.new" "{tried}"; "{routes.pass_value}.old" "{active}";'
    return "\n" + "".join(lines) + f"map $cookie_{COOKIE} ${name}_upstream {{ {choice} }}\n"
