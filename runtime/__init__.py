"""The one room that names concrete parts: build(settings) -> Services."""
