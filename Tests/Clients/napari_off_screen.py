"""Runs an example for napari without a screen: its layers are napari's own, its window is left out, which needs OpenGL."""
import runpy
import sys

import napari
import numpy
from napari.components import ViewerModel
from qtpy.QtCore import QCoreApplication

application = QCoreApplication([])
viewers, shown = [], set()


class Viewer(ViewerModel):
    """napari's model of a viewer, which knows its layers."""

    def __init__(self):
        super().__init__()
        viewers.append(self)


def run():
    """Runs Qt's loop until enough frames were shown."""
    layer, = viewers[0].layers
    layer.events.data.connect(lambda _: shown.add(bytes(numpy.asarray(layer.data))))
    count = 0
    while count < 25:
        before = layer.data
        application.processEvents()
        count += layer.data is not before
    assert layer.data.shape == (48, 64) and not layer.data.flags.writeable and len(shown) > 1
    print("%d frames of %s shown" % (count, layer.data.shape))


napari.Viewer, napari.run = Viewer, run
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
