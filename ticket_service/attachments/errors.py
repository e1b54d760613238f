"""Named failures of files."""

from servicekit.errors import Conflict, Problem


class FileTooLarge(Problem):
    code, status, title = "file_too_large", 413, "A file may have 25 MB"


class TooManyUnattached(Conflict):
    code, title = "too_many_unattached", "Attach the files that you uploaded before you upload more"
