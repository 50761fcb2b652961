"""Run the command line where the script is not on the path: ``python -m tierscape.cli``."""

from tierscape.cli import main

if __name__ == "__main__":
    main()
