"""The package microscope_frames, as it stands in this tree, and what its tests share."""

import sys

from servers import ROOT

SOURCE = ROOT / "Sources" / "python" / "src"
if str(SOURCE) not in sys.path:
    sys.path.insert(0, str(SOURCE))

WAYS = {"shared memory": True, "own connection": False}


def number(image):
    """The number since `enable` that a prebuilt camera writes into its frames."""
    return int.from_bytes(image.reshape(-1)[:4].tobytes(), "little")
