"""What `bench/room_load.py` is made of: typing, clients without a document, and the servers side by side."""
