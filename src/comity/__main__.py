"""`python -m comity` and the command `comity`."""

import gc
import sys


def main() -> int:
    """Run the command of this process; no garbage is looked for while modules load, which takes a sixth of a list."""
    gc.disable()
    from comity.cli.app import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
