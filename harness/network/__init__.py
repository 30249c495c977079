"""Where packets go: the addresses of a call, counted sockets, and a leg in front of a program."""
