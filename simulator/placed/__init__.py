"""The player of placed graphs: tasks side by side on cores and links."""
