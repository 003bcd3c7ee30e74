"""Published instances as graph problems: a module a format, each with ``read(path, ...)``."""
