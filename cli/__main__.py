"""`python -m cli` is the same as `peiyu`."""

from cli.main import run

if __name__ == "__main__":
    run()
