"""python-microscope's own device tests, as its package has them, run against our devices through proxies.

The classes are imported, never copied. What a test of theirs makes by itself, a device or a queue for images, is made
by a class derived from theirs; the tests are the inherited ones.
"""
import json
import types
import unittest
import unittest.mock
from queue import Queue

import Pyro4
import pytest
from microscope.testsuite import test_devices as theirs

from receivers import Receiver
from waiting import PATIENCE

# Those of python-microscope's device tests that say something of a device, and not of its own mocks of hardware.
EXPECTED = 62


class ImageQueue(Receiver):
    """Passes on to a local queue what the device puts here, and can be given to a device as that queue can."""

    def __init__(self, local):
        self._local = local
        super().__init__()

    @Pyro4.expose
    def put(self, data):
        self._local.put(data)


class Waiting(Queue):
    """A queue that does not wait for ever."""

    def get(self, block=True, timeout=PATIENCE):
        return super().get(block, timeout)


class Remote:
    """Makes devices where theirs makes objects."""

    @pytest.fixture(autouse=True)
    def _servers(self, factory, connect):
        self._factory, self._connect = factory, connect

    def make(self, driver, **conf):
        device = self._factory.create(json.dumps({"driver": driver, "conf": conf} if conf else {"driver": driver}))
        self.addCleanup(device._pyroRelease)
        self.addCleanup(self._factory.destroy, device._pyroUri.object)
        device._pyroTimeout = PATIENCE
        return device

    def queue(self, device):
        """A local queue into which a device's images go."""
        local = Waiting()
        receiver = ImageQueue(local)
        self.addCleanup(receiver.close)
        device.set_client(receiver.uri)
        return local


class TestLightSource(Remote, theirs.TestDummyLightSource):
    def setUp(self):
        self.device = self.make("simulated-light-source")
        self.fake = types.SimpleNamespace(default_power=0.0, min_power=0.0, max_power=100.0)


class TestSixPositionFilterWheel(Remote, theirs.TestSixPositionFilterWheel):
    def setUp(self):
        self.device = self.make("simulated-filter-wheel", positions=6)


class TestOnePositionFilterWheel(Remote, theirs.TestOnePositionFilterWheel):
    def setUp(self):
        self.device = self.make("simulated-filter-wheel", positions=1)


class TestDeformableMirror(Remote, theirs.TestDummyDeformableMirror):
    def setUp(self):
        self.planned_n_actuators = 86
        self.device = self.make("simulated-deformable-mirror", n_actuators=86)
        self.fake = self.device


class TestController(Remote, theirs.TestDummyController):
    def setUp(self):
        self.device = self.make("simulated-controller", devices={
            "laser": {"driver": "simulated-light-source"},
            "filterwheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 6}},
        })


class TestCamera(Remote, theirs.TestDummyCamera):
    def setUp(self):
        self.device = self.make("simulated-camera")


class TestImageGenerator(Remote, theirs.TestImageGenerator):
    def setUp(self):
        remote = self

        class Camera:
            """What their test calls: the constructor of a camera, and `set_client` with a local queue."""

            def __init__(self, sensor_shape):
                self._device = remote.make("simulated-camera", sensor_shape=sensor_shape)

            def set_client(self, buffer):
                receiver = ImageQueue(buffer)
                remote.addCleanup(receiver.close)
                self._device.set_client(receiver.uri)

            def __getattr__(self, name):
                return getattr(self._device, name)

        patch = unittest.mock.patch.multiple(
            theirs, Queue=Waiting, simulators=types.SimpleNamespace(SimulatedCamera=Camera))
        patch.start()
        self.addCleanup(patch.stop)


class TestStageAwareCamera(Remote, theirs.TestStageAwareCamera):
    def setUp(self):
        self.sensor_shape = (128, 128)
        setup = self.make(
            "stage-aware-setup", image={"width": 1500, "height": 3000, "channels": 1, "level": 42},
            sensor_shape=self.sensor_shape)
        devices = setup.devices
        self.stage, self.filterwheel, self.device = devices["stage"], devices["filterwheel"], devices["camera"]
        self.stage.enable()
        self.buffer = self.queue(self.device)
        self.device.enable()


class TestSLM(Remote, theirs.TestDummySLM):
    def setUp(self):
        self.device = self.make("dummy-slm")


class TestDSP(Remote, theirs.TestDummyDSP):
    def setUp(self):
        self.device = self.make("dummy-dsp")


def test_all_tests_of_theirs_that_concern_a_device_are_here():
    """None of the 62 is missing, and none of their classes for simulated devices is left out."""
    ours = {value for value in globals().values() if isinstance(value, type) and issubclass(value, Remote)} - {Remote}
    loader = unittest.TestLoader()
    assert sum(len(loader.getTestCaseNames(case)) for case in ours) == EXPECTED
    used = {base.__name__ for case in ours for base in case.__bases__}
    left = {name for name in vars(theirs) if name.startswith("Test")} - used
    assert left == {
        # Lasers behind python-microscope's mocks of serial ports: drivers of their own.
        "TestCoboltLaser", "TestCoherentSapphireLaser", "TestOmicronDeepstarLaser", "TestSerialMock",
        # What constructors refuse, which is a matter of the configuration here.
        "TestEmptyDummyFilterWheel", "TestBaseDevice",
    }
