"""``python3 setup COMMAND``: see ``python3 setup --help``."""

import sys

from ar_setup.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
