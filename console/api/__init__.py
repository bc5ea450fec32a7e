"""The JSON interface for programs, under /api/v1: the same reads and acts as the pages."""
