"""HTTP and WebSocket: reads what browsers say, strictly, and hands it to the services."""
