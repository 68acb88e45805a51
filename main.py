"""FlashDepth Live: `python main.py` opens the window, `python main.py --help` says the rest."""

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    from app.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
