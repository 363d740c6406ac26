"""`python -m blocker` is the command `blocker`."""

from blocker.cli import main

if __name__ == "__main__":
    main()
