"""Endpoints broken on purpose, one planted fault each, to prove that the harness sees it.

Each differs from the healthy endpoint in exactly what its docstring says. One file for each idea: what is compared,
where the code comes from, what the screen says, what becomes of media, and of keys.
"""
