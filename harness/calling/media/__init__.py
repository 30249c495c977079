"""The media of an ordinary call in the hands of the service: each device's leg ends here, is opened, and goes on.

`session` is the pure core: descriptions and datagrams in, descriptions and datagrams out. `processor` has the sockets.
"""
