"""The pages of the calling service in a real browser. Without Chromium these tests are skipped, counted and shown."""
