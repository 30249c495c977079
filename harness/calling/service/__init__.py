"""The shell of the calling service: TLS, HTTP and WebSockets around the exchange and the store."""
