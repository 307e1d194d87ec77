"""Where the command `stofstroom` begins, with nothing loaded yet."""

import gc


def main() -> None:
    """Load the commands and run one. Nothing that is loaded is ever rubbish, so that nobody looks
    for any meanwhile: that would take a fifth of the start."""
    gc.disable()
    from web.cli import main as obey

    gc.freeze()
    gc.enable()
    obey()
