"""A live view of a camera in napari: python napari_live.py PYRO:Camera@scope-pc:8001"""
import sys

import napari
from microscope_frames import FrameClient
from qtpy.QtCore import QTimer

camera = FrameClient(sys.argv[1], policy="newest", timeout=10)
camera.enable()
layer = napari.Viewer().add_image(camera.trigger_and_wait().image, name="camera")
timer = QTimer()
timer.timeout.connect(lambda: setattr(layer, "data", camera.trigger_and_wait().image))
timer.start(20)
napari.run()
camera.close()
