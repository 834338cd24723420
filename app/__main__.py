"""`python -m app`: runs a subcommand; what Podkeeper cannot do is one sentence and exit code 2."""

from __future__ import annotations

import sys

from app.cli import cli
from app.logs import redact
from pods.errors import PodkeeperError


def main() -> None:
    try:
        cli(prog_name="./podkeeper")
    except PodkeeperError as error:
        sys.stderr.write(redact(error.sentence) + "\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
