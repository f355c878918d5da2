"""The windows of microscope-gui, used by clicks, on devices that are served."""
import os
import sys

import numpy
import pytest

from waiting import eventually

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("qtpy.QtWidgets", reason="needs qtpy and PyQt5", exc_type=ImportError)
from microscope import gui  # noqa: E402
from qtpy import QtWidgets  # noqa: E402


@pytest.fixture(scope="module")
def application():
    """The one application that Qt wants to have."""
    return QtWidgets.QApplication.instance() or QtWidgets.QApplication([])


@pytest.fixture(autouse=True)
def errors(monkeypatch):
    """What goes wrong in answer to a click, which Qt does not hand on to the one who clicked."""
    errors = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: errors.append(error))
    yield
    assert not errors


@pytest.fixture
def until(application):
    """Lets Qt work until something is so."""
    def wait(condition, what):
        return eventually(lambda: application.processEvents() or condition(), what)
    return wait


def button(widget, text):
    """The button with a text on it."""
    return next(button for button in widget.findChildren(QtWidgets.QAbstractButton) if button.text() == text)


def test_camera(until, make):
    """Enable, set the exposure time, snap: the picture shows up."""
    camera = make("simulated-camera", sensor_shape=[64, 64])
    camera.set_setting("image pattern", 5)
    camera.set_setting("display image number", False)
    widget = gui.CameraWidget(camera)
    assert camera.get_is_enabled() is False and not button(widget, "Snap").isEnabled()
    button(widget, "Enabled").click()
    assert camera.get_is_enabled() is True
    widget.findChild(QtWidgets.QDoubleSpinBox).setValue(0.05)
    assert camera.get_exposure_time() == 0.05
    for _ in range(2):
        button(widget, "Snap").click()
    view = widget.findChild(QtWidgets.QLabel)

    def brightness():
        return view.pixmap().toImage().pixelColor(30, 30).value()

    until(lambda: brightness() == 255, "a white picture")
    camera.set_setting("image pattern", 4)
    button(widget, "Snap").click()
    until(lambda: brightness() == 0, "a black picture")
    assert (view.pixmap().width(), view.pixmap().height()) == (64, 64)
    button(widget, "Enabled").click()
    assert camera.get_is_enabled() is False
    # It would take itself off when it is destroyed, which happens after the server has ended.
    widget._imager.destroyed.disconnect()


def test_wheel(application, make):
    """A button for each position, of which one is down."""
    wheel = make("simulated-filter-wheel", positions=4)
    widget = gui.FilterWheelWidget(wheel)
    assert button(widget, "1").isChecked()
    button(widget, "3").click()
    assert wheel.position == 2 and button(widget, "3").isChecked() and not button(widget, "1").isChecked()


def test_stage(application, make):
    """A box for each axis, with its limits, whose number moves it."""
    stage = make("simulated-stage", limits={"x": [0, 100], "y": [-10, 10]}, speed=0)
    widget = gui.StageWidget(stage)
    x, y = widget.findChildren(QtWidgets.QDoubleSpinBox)
    assert (x.minimum(), x.maximum(), x.value()) == (0, 100, 50) and (y.minimum(), y.value()) == (-10, 0)
    x.setValue(70)
    y.setValue(-99)
    assert stage.position == {"x": 70.0, "y": -10.0}


def test_light(until, make):
    """Enable, set the power, and watch it, which the window asks for twice a second."""
    light = make("simulated-light-source")
    widget = gui.LightSourceWidget(light)
    button(widget, "Enabled").click()
    assert light.get_is_on() is True
    widget.findChild(QtWidgets.QDoubleSpinBox).setValue(0.25)
    assert light.power == 0.25
    shown = next(line for line in widget.findChildren(QtWidgets.QLineEdit) if line.isReadOnly())
    until(lambda: shown.text() == "0.25", "the power is shown")
    button(widget, "Enabled").click()
    assert light.get_is_on() is False and shown.text() == "0.0"


def test_mirror(application, make):
    """A slider for each actuator, all in the middle at first."""
    mirror = make("simulated-deformable-mirror", n_actuators=5)
    widget = gui.DeformableMirrorWidget(mirror)
    assert mirror.get_current_pattern().tolist() == [0.5] * 5
    widget.findChildren(QtWidgets.QSlider)[3].setValue(80)
    numpy.testing.assert_allclose(mirror.get_current_pattern(), [0.5, 0.5, 0.5, 0.8, 0.5])
    button(widget, "Reset").click()
    assert mirror.get_current_pattern().tolist() == [0.5] * 5


def test_controller(application, make):
    """A button for each device, which opens the window that fits it."""
    controller = make("simulated-controller", devices={
        "laser": {"driver": "simulated-light-source"},
        "wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 3}}})
    widget = gui.ControllerWidget(controller)
    for name, kind in (("laser", gui.LightSourceWidget), ("wheel", gui.FilterWheelWidget)):
        button(widget, name).click()
        assert len(widget.findChildren(kind)) == 1
    button(widget.findChild(gui.FilterWheelWidget), "2").click()
    with controller.devices["wheel"] as wheel:
        assert wheel.position == 1


def test_settings(application, make):
    """A line for each setting."""
    widget = gui.DeviceSettingsWidget(make("test-camera", sensor_shape=[64, 48]))
    texts = [label.text() for label in widget.findChildren(QtWidgets.QLabel)]
    assert "gain" in texts and "ROI(left=0, top=0, width=64, height=48)" in texts
