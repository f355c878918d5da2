"""The devices of Configs/simulated.yaml once more, made by python-microscope in this process, to compare with."""
from microscope import AxisLimits, simulators
from microscope.testsuite import devices


def camera():
    twin = simulators.SimulatedCamera(sensor_shape=(2048, 2048))
    twin.set_setting("image data type", 1)
    twin.set_setting("image pattern", 1)
    return twin


def stage():
    return simulators.SimulatedStage({
        "x": AxisLimits(0.0, 25000.0), "y": AxisLimits(0.0, 12000.0), "z": AxisLimits(-500.0, 500.0)})


def controller():
    return simulators.SimulatedController({
        "laser": simulators.SimulatedLightSource(), "wheel": simulators.SimulatedFilterWheel(positions=4)})


TWINS = {
    "Camera": camera,
    "Wheel": lambda: simulators.SimulatedFilterWheel(positions=6),
    "Laser": simulators.SimulatedLightSource,
    "Stage": stage,
    "Mirror": lambda: simulators.SimulatedDeformableMirror(97),
    "Lines": lambda: simulators.SimulatedDigitalIO(numLines=8),
    "Thermometer": lambda: simulators.SimulatedValueLogger(numSensors=4, pullData=False),
    "Controller": controller,
    "EmissionWheel": lambda: simulators.SimulatedFilterWheel(positions=8),
    "Lamp": simulators.SimulatedLightSource,
    "TestCamera": lambda: devices.TestCamera(sensor_shape=(512, 512)),
    "DSP": devices.DummyDSP,
    "SLM": devices.DummySLM,
}
