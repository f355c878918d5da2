"""The package microscope_frames under each Python there is, as a wheel, and in the examples."""

import os
import subprocess
import sys
import zipfile

import pytest

from frame_clients import SOURCE
from servers import ROOT
from waiting import PATIENCE

PYTHONS = [path for path in os.environ.get("CLIENT_PYTHONS", "").split(":") if path] or [sys.executable]
# 3.7 is too old for the package.
PYTHONS = [path for path in PYTHONS if ".venv-3.7/" not in path]
CAMERA = {"name": "Camera", "port": 0, "driver": "prebuilt-camera", "conf": {"sensor_shape": [64, 48]}}
NAPARI = ROOT / ".venv-viewer" / "bin" / "python"

SCRIPT = """
import asyncio, sys, numpy
import microscope_frames as mf

for shared in (True, False):
    for policy in ("all", "newest"):
        with mf.FrameClient(sys.argv[1], policy=policy, shared_memory=shared, timeout=20) as camera:
            assert camera.way == ("shared memory" if shared else "own connection"), camera.reason
            camera.enable()
            frames = [camera.trigger_and_wait() for _ in range(3)]
            assert [int.from_bytes(f.image[0, :4].tobytes(), "little") for f in frames] == [0, 1, 2]
            assert not frames[0].image.flags.writeable and frames[0].image.T[::-1].base is not None
            assert numpy.asarray(frames[0]).dtype == "uint16" and tuple(frames[-1].roi) == (0, 0, 64, 48)
            assert camera.get_sensor_shape() == (64, 48) and camera.trigger_type.name == "SOFTWARE"
            camera.set_trigger(mf.TriggerType.SOFTWARE, mf.TriggerMode.ONCE)
            camera.set_roi(mf.ROI(0, 0, 64, 48))

            async def one():
                camera.trigger()
                async for frame in camera:
                    return frame
            assert asyncio.run(one()).image.shape == (48, 64)
            camera.disable()
try:
    mf.Device(sys.argv[1]).trigger()
except Exception as error:
    assert type(error).__name__ == "DisabledDeviceError", error
with mf.DataClient(sys.argv[1]) as client:
    client.enable()
    client.trigger_and_wait(20)[0][0, 0] = 1
    client.disable()
print("well")
"""

ALONE = "import sys\nfor name in ('microscope', 'Pyro4', 'serpent'): sys.modules[name] = None\n"


@pytest.mark.parametrize(
    "python", PYTHONS, ids=[os.path.basename(os.path.dirname(os.path.dirname(path))) for path in PYTHONS]
)
@pytest.mark.parametrize("preface", ["", ALONE], ids=["with microscope", "alone"])
def test_pythons(serve, python, preface):
    """All of it works with each Python and numpy, with python-microscope and Pyro4 or without them."""
    uri = serve([CAMERA]).uri("Camera")
    done = subprocess.run(
        [python, "-W", "error", "-c", preface + SCRIPT, uri],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert done.stdout == "well\n", done.stderr


def test_wheel(tmp_path):
    """`make wheel` makes one that holds the package, and that pip installs."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            ROOT / "Sources" / "python",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("microscope_frames-*-py3-none-any.whl")
    names = {name.split("/")[1] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("microscope_frames/")}
    assert names == {file.name for file in (SOURCE / "microscope_frames").iterdir() if file.name != "__pycache__"}
    installed = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", installed, wheel], check=True
    )
    subprocess.run(
        [sys.executable, "-c", "import microscope_frames as mf; print(mf.FrameClient)"],
        check=True,
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
    )


def test_example_for_napari(serve):
    """The example shows the camera's frames in napari: here in its model of a viewer, since there is no screen."""
    if not NAPARI.exists():
        pytest.skip("needs .venv-viewer")
    example = ROOT / "Sources" / "python" / "examples" / "napari_live.py"
    assert len(example.read_text().splitlines()) <= 15
    uri = serve([{**CAMERA, "driver": "simulated-camera"}]).uri("Camera")
    done = subprocess.run(
        [NAPARI, ROOT / "Tests" / "Clients" / "napari_off_screen.py", example, uri],
        capture_output=True,
        text=True,
        timeout=6 * PATIENCE,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert "25 frames of (48, 64) shown" in done.stdout, done.stderr
