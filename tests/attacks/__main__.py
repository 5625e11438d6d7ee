import sys

from tests.attacks.cli import main

sys.exit(main(sys.argv[1:]))
