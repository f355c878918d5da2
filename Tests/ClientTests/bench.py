"""A configuration for python-microscope's device-server: one device of each kind, in one process."""
import os

from microscope import AxisLimits, simulators
from microscope.device_server import device


def bench():
    return {
        "Camera": simulators.SimulatedCamera(sensor_shape=(64, 48)),
        "Wheel": simulators.SimulatedFilterWheel(positions=6),
        "Laser": simulators.SimulatedLightSource(),
        "Stage": simulators.SimulatedStage({"x": AxisLimits(0.0, 100.0), "y": AxisLimits(-10.0, 10.0)}),
        "Mirror": simulators.SimulatedDeformableMirror(9),
        "Lines": simulators.SimulatedDigitalIO(numLines=4),
        "Thermometer": simulators.SimulatedValueLogger(numSensors=2, pullData=False),
        "Controller": simulators.SimulatedController({
            "laser": simulators.SimulatedLightSource(), "wheel": simulators.SimulatedFilterWheel(positions=3)}),
    }


DEVICES = [device(bench, "127.0.0.1", int(os.environ["BENCH_PORT"]))]
