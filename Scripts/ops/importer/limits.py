"""The sizes that the ticket service allows, known here so that a row it would refuse is named before it is sent."""

MAX_SUBJECT = 200
MAX_DESCRIPTION = 20_000
#: rows in one request; the API takes up to 500
CHUNK = 200
#: the longest cell that is read at all
FIELD_LIMIT = 4 * 1024 * 1024
