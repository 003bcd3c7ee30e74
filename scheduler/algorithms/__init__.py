"""One planning algorithm a file; `scheduler.registry` lists them."""
