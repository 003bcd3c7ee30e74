"""One algorithm for graphs a file; `scheduler.graphs.registry` lists them."""
