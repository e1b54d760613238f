"""How a comment looks outside, over HTTP and over the socket alike."""

import html
from typing import Any

from django.utils.html import strip_tags

from comments.models import Comment

EXCERPT = 200  # characters


def comment_document(comment: Comment) -> dict[str, Any]:
    """The comment as JSON; the same for every reader."""
    return {
        "id": str(comment.id),
        "number": comment.number,
        "ticket_id": str(comment.conversation_id),
        "author": {"id": str(comment.author_id), "name": comment.author_name},
        "visibility": str(comment.visibility),
        "body": comment.body,
        "html": comment.html,
        "posted_at": comment.posted_at.isoformat().replace("+00:00", "Z"),
    }


def excerpt(comment: Comment) -> str:
    """The beginning of what was said, as plain text on one line."""
    return " ".join(html.unescape(strip_tags(comment.html)).split())[:EXCERPT]
