"""Markdown to HTML that is safe to show: rendered without raw HTML, then sanitised all the same."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

TAGS = {
    *("a", "p", "br", "hr", "em", "strong", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(["table", "strikethrough", "linkify"])


def render(text: str) -> str:
    """The text's HTML, with links to http, https and mailto only and none that tells where it came from."""
    html = _parser().render(text)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
