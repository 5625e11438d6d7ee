"""What the product does, in terms of rooms, the log and the ports. Knows no HTTP and no container."""
