"""What happens: one module per use case, each gathers, decides and records."""
