"""What a command says of input that it can't use."""


class RefusedError(Exception):
    """Input of no use to a command: one line that names the file, and the line if there is one."""
