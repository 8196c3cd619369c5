"""`python -m pnst`."""

from pnst.cli import main

if __name__ == "__main__":
    main()
