"""``python -m wakepath``."""

from wakepath.cli import main

if __name__ == "__main__":
    main()
