"""Named failures of files."""

from servicekit.errors import Problem


class FileTooLarge(Problem):
    code, status, title = "file_too_large", 413, "A file may have 25 MB"
