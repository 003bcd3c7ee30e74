"""What hardware is: cores, links, memories, and the laws of cost and power."""
