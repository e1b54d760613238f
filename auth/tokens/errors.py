"""What can be refused about tokens."""

from servicekit.errors import NotAuthenticated


class RefreshTokenInvalid(NotAuthenticated):
    """Missing, forged, or made for another kind of client."""

    title = "There is no valid refresh token: log in again"
