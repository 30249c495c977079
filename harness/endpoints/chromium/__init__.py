"""Chromium as an endpoint: `browser` is the only door to Playwright, `senses` feeds markers in and recovers them,
`facts` reads what DTLS presented, `call_window` drives the page that a person would use."""
