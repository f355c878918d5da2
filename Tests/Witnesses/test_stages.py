"""Programs by others that move the simulated stages."""
import pytest

# Zaber


def test_zaber_with_zaber_motion(instrument):
    """The maker's library: message IDs and checksums in every command."""
    from zaber_motion.ascii import Connection

    with Connection.open_serial_port(instrument("zaber-daisy-chain").port, direct=True) as connection:
        devices = connection.detect_devices(identify_devices=False)
        assert [device.device_address for device in devices] == [1, 2, 3]
        stage, wheel, lamps = devices
        assert stage.generic_command("get device.id").data == "50105"
        assert stage.warnings.get_flags() == set()
        axis = stage.get_axis(1)
        axis.home()
        assert axis.is_homed()
        axis.move_absolute(1000)
        assert axis.get_position() == 1000
        axis.move_relative(-200)
        assert axis.get_position() == 800
        axis.move_max()
        assert axis.get_position() == axis.settings.get("limit.max") == 305_381
        axis.move_min()
        assert axis.get_position() == 0
        axis.move_velocity(1000)
        axis.stop()
        assert not axis.is_busy()
        wheel.get_axis(1).generic_command("move index 3")
        wheel.get_axis(1).wait_until_idle()
        assert wheel.generic_command("get motion.index.num").data == "3"
        lamps.get_axis(2).generic_command("lamp on")
        assert lamps.generic_command("get lamp.status").data == "1 2"


def test_zaber_lockstep_with_zaber_motion(instrument):
    """Coupled axes move together, and none of them alone."""
    from zaber_motion.ascii import Connection
    from zaber_motion.exceptions import CommandFailedException

    with Connection.open_serial_port(instrument("zaber-daisy-chain").port, direct=True) as connection:
        stage = connection.detect_devices(identify_devices=False)[0]
        group = stage.get_lockstep(1)
        assert not group.is_enabled()
        group.enable(1, 2)
        assert group.is_enabled() and group.get_axis_numbers() == [1, 2]
        with pytest.raises(CommandFailedException) as caught:
            stage.get_axis(1).move_absolute(1000)
        assert caught.value.details.response_data == "LOCKSTEP"
        group.move_max()
        assert stage.get_axis(2).get_position() == 305_381
        group.disable()
        assert not group.is_enabled()
        stage.get_axis(1).move_absolute(1000)


def test_zaber_errors_with_zaber_motion(instrument):
    from zaber_motion.ascii import Connection
    from zaber_motion.exceptions import CommandFailedException

    with Connection.open_serial_port(instrument("zaber-daisy-chain").port, direct=True) as connection:
        stage = connection.detect_devices(identify_devices=False)[0]
        for command, reason in ("get nonsense", "BADCOMMAND"), ("move abs 99999999", "BADDATA"):
            with pytest.raises(CommandFailedException) as caught:
                stage.generic_command(command)
            assert caught.value.details.response_data == reason


def test_zaber_with_zaber_serial(instrument):
    """The maker's older library, without message IDs."""
    from zaber.serial import AsciiDevice, AsciiSerial

    port = AsciiSerial(instrument("zaber-daisy-chain").port)
    device = AsciiDevice(port, 1)
    assert device.send("get device.id").data == "50105"
    assert device.home().reply_flag == "OK"
    axis = device.axis(1)
    axis.move_abs(2000)
    axis.move_rel(5)
    assert axis.get_position() == 2005
    assert device.get_status() == "IDLE"
    port.close()


# ASI


def test_asi_with_asitiger(instrument):
    from asitiger.errors import Errors
    from asitiger.tigercontroller import TigerController

    tiger = TigerController.from_serial_port(instrument("asi-tiger").port, 9600)
    assert [axis.label for axis in tiger.axes()] == ["X", "Y", "Z"]
    tiger.move({"X": 1000, "Y": -20})
    tiger.wait_until_idle()
    assert tiger.where(["X", "Y"]) == {"X": 1000, "Y": -20}
    tiger.move_relative({"X": 5})
    tiger.wait_until_idle()
    assert tiger.where(["X"]) == {"X": 1005}
    assert tiger.speed({"X": "?"}) == {"X": "7.500"}
    tiger.disable_axes(["X"])
    states = tiger.rdstat(["X", "Y"])
    assert [state.enabled.value for state in states] == [0, 1]
    tiger.enable_axes(["X"])
    tiger.here({"X": 0})
    assert tiger.where(["X"]) == {"X": 0}
    tiger.led({"X": 50})
    with pytest.raises(Errors.UnrecognizedAxisParameterError):
        tiger.move({"Q": 1})
    tiger.halt()
    assert tiger.who()[0].startswith("At 30")
    tiger.connection.disconnect()


# Prior


def test_prior_with_optiscan_control(instrument):
    """A program for the OptiScan II, which knows the same words; it reads until nothing more comes."""
    import serial
    from prior_optiscan2_control.stage_controller import StageControl

    port = instrument("prior-proscan-iii").port
    with serial.Serial(port, 9600, timeout=2) as line:
        line.write(b"PS,0,0\r")
        assert line.read_until(b"\r") == b"0\r"
    # Each of its two points may take five seconds.
    with StageControl(port, 9600, interval=12, step=500) as stage:
        stage.ser.timeout = 0.2
        stage.initialize_origin()
        stage.simple_search(1, 2, processing_time=5, shooting_time=0)
    with serial.Serial(port, 9600, timeout=2) as line:
        line.write(b"P\r")
        assert line.read_until(b"\r") == b"0,500,0\r"
