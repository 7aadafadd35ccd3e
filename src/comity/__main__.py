"""`python -m comity` and the command `comity`."""

import sys

from comity.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
