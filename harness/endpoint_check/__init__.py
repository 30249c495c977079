"""A conformance run: does a program speak the lines of docs/endpoint-protocol.md, and refuse what it must?"""
