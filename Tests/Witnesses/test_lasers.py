"""Lasers: programs by others that were written for the real devices, on our simulations of them."""
import pylablib.devices.Hubner
import pylablib.devices.Toptica
import pytest
import serial
from obis_laser_controller import ObisLaserController
from pymeasure.adapters import SerialAdapter
from pymeasure.instruments.toptica import IBeamSmart
from toptica.lasersdk.ichrome_mle.v2_3_1 import MLE, SerialConnection


def test_toptica_lasersdk_drives_the_ichrome(instrument):
    """The maker's own library, which switches the echo off, reads its parameters and switches lasers."""
    box = instrument("ichrome")
    with MLE(SerialConnection(box.port, timeout=2)) as mle:
        assert mle.system_type.get() == "iChrome-MLE"
        assert mle.serial_number.get() == "MLE-04711"
        assert isinstance(mle.uptime.get(), int) and isinstance(mle.interlock.get(), bool)
        assert mle.fw_ver.get() == "2.3.1"
        laser = mle.laser2
        assert laser.label.get() == "488 nm"
        assert laser.fault.get() is False and laser.ready.get() is True and laser.clip.get() is False
        assert laser.status.get() == 0 and laser.status_txt.get() == "OK"
        assert laser.entime.get() > 0
        laser.level.set(25.0)
        assert laser.level.get() == 25.0
        assert not box.is_on
        laser.enable.set(True)
        assert laser.enable.get() is True and box.is_on
        laser.enable.set(False)
        assert not box.is_on
        with pytest.raises(Exception, match="failed: '-1'"):
            laser.level.set(150.0)
        with pytest.raises(Exception, match="Error"):
            mle.laser3.label.get()
    # What the library leaves behind: no echo.
    with serial.Serial(box.port, 115200, timeout=2) as port:
        port.write(b"(param-ref 'tan)\r\n")
        assert port.read_until(b"\n> ") == b"1\r\n> "


def test_obis_laser_controller_drives_the_obis(instrument):
    laser = instrument("obis")
    controller = ObisLaserController(None)
    controller._Instrument__rm = __import__("pyvisa").ResourceManager("@py")
    controller.rid = f"ASRL{laser.port}::INSTR"
    controller.connect()
    assert controller.nominal_power == 0.15
    assert (controller.min_power, controller.max_power) == (0, 0.15)
    assert controller.wavelength == 488 and controller.power_rating == 0.15
    assert not controller.enabled
    controller.set_power(0.03)
    controller.on()
    assert controller.enabled and laser.is_on
    assert controller.power == 0.03
    assert float(controller.current) > 0
    controller.off()
    assert not laser.is_on
    with pytest.raises(RuntimeError, match="ERR-100"):
        controller.system.nonsense("on")
    controller.disconnect()


def test_pylablib_drives_the_ibeam(instrument):
    laser = instrument("ibeam")
    with serial.Serial(laser.port, 115200, timeout=2) as port:
        # pyLabLib takes a remark of the most verbose level for a part of the answer.
        port.write(b"talk usual\r\n")
        port.read_until(b"CMD> ")
    ibeam = pylablib.devices.Toptica.TopticaIBeam(laser.port)
    assert ibeam.get_device_info().serial == "iBEAM-SMART-488-S-A3-15-21234"
    assert not ibeam.is_enabled()
    ibeam.set_channel_power(2, 12.5e-3)
    ibeam.enable_channel(2)
    ibeam.enable()
    assert ibeam.is_enabled() and laser.is_on
    assert ibeam.is_channel_enabled(2)
    assert ibeam.get_channel_power(2) == pytest.approx(12.5e-3)
    assert ibeam.get_output_power() == pytest.approx(12.5e-3)
    assert ibeam.get_drive_current() > 0
    assert all(temperature > 0 for temperature in ibeam.get_temperatures())
    ibeam.enable(False)
    assert not laser.is_on
    ibeam.close()


def test_pymeasure_drives_the_ibeam(instrument):
    laser = instrument("ibeam")
    ibeam = IBeamSmart(SerialAdapter(laser.port, baudrate=115200, timeout=1,
                                     read_termination="\r\n", write_termination="\r\n"))
    assert ibeam.version.startswith("iBPs")
    assert "21234" in ibeam.serial
    assert float(ibeam.temp) > 0 and float(ibeam.system_temp) > 0
    ibeam.ch_2.power = 12500
    ibeam.ch_2.enabled = True
    assert ibeam.ch_2.enabled
    ibeam.emission = True
    assert ibeam.emission and laser.is_on
    assert float(ibeam.power) == 12500
    ibeam.emission = False
    assert not laser.is_on
    ibeam.enable_pulsing()
    assert laser.is_on
    ibeam.disable()
    assert not laser.is_on


def test_pylablib_drives_the_cobolt(instrument):
    laser = instrument("cobolt-06")
    cobolt = pylablib.devices.Hubner.Cobolt(laser.port)
    assert cobolt.get_device_info().serial == "7863"
    assert cobolt.get_work_hours() == 828.98
    assert not cobolt.is_enabled()
    assert cobolt.get_interlock() and cobolt.get_key_switch()
    cobolt.set_output_power(0.03)
    assert cobolt.get_output_power_setpoint() == pytest.approx(0.03)
    assert cobolt.get_max_output_power() == pytest.approx(0.1)
    cobolt.enable(autostart=False)
    assert cobolt.is_enabled() and laser.is_on
    assert cobolt.get_output_power() == pytest.approx(0.03)
    cobolt.set_output_mode("mod")
    assert cobolt.get_output_mode() == "mod"
    cobolt.enable_digital_modulation()
    assert cobolt.is_digital_modulation_enabled() and not cobolt.is_analog_modulation_enabled()
    cobolt.enable(False)
    assert not laser.is_on
    cobolt.close()
