import Devices
import Drivers
import Server
import Testing

/// Hints for people who know python-microscope, Pyro4 or Cockpit.
@Suite struct ForeignWordTests {
    private func errors(in text: String, file: String = "scope.yaml") -> [String] {
        do throws(ConfigurationErrors) {
            _ = try ServerConfiguration(text: text, file: file, drivers: Drivers.drivers)
            return []
        } catch { return error.errors.map(\.description) }
    }

    @Test(
        arguments: [
            ("CoboltLaser", "cobolt"), ("microscope.lights.cobolt.CoboltLaser", "cobolt"),
            ("cobolt.CoboltLaser", "cobolt"), ("AndorSDK3", "andor-sdk3"), ("ZaberDaisyChain", "zaber-daisy-chain"),
            ("microscope.simulators.SimulatedStage", "simulated-stage"),
        ]
    )
    func aClassOfPythonMicroscopeHasADriver(word: String, driver: String) throws {
        let found = errors(in: "devices: [{ driver: \(word), name: A, port: 1 }]")
        let name = try #require(word.split(separator: ".").last)
        #expect(
            found == [
                "scope.yaml:1:21: devices[0].driver: unknown driver '\(word)': python-microscope's \(name) is the driver "
                    + "'\(driver)' here"
            ]
        )
    }

    @Test func theWordsForDriversExist() {
        // Every class in the table of docs/moving-from-python-microscope.md.
        for name in [
            "AndorSDK3", "ASIMS2000", "CoolLED", "LudlMC2000", "SpectraIIILightEngine", "ProScanIII", "iChromeMLE",
            "ZaberDaisyChain", "Clarity", "ThorlabsFilterWheel", "ThorlabsFW102C", "ThorlabsFW212C",
            "ThorlabsELLSlider", "CoboltLaser", "DeepstarLaser", "ObisLaser", "SapphireLaser", "TopticaiBeam",
            "SimulatedCamera", "SimulatedFilterWheel", "SimulatedLightSource", "SimulatedDeformableMirror",
            "SimulatedDigitalIO", "SimulatedValueLogger", "SimulatedStage", "SimulatedController", "TestCamera",
            "DummyDSP", "DummySLM",
        ] {
            let found = errors(in: "devices: [{ driver: \(name), name: A, port: 1 }]")
            #expect(found.count == 1 && found[0].contains("is the driver '"), "\(name)")
        }
    }

    @Test func aClassWithoutADriverIsNamed() {
        let found = errors(in: "devices: [{ driver: AlpaoDeformableMirror, name: A, port: 1 }]")
        #expect(found.count == 1)
        #expect(found[0].contains("there is no driver for python-microscope's AlpaoDeformableMirror here"))
    }

    @Test func allWrongOptionsAreReportedThoughOneIsMissing() {
        let found = errors(
            in: "devices: [{ driver: cobolt, name: A, port: 1, conf: { com: /dev/ttyUSB0, baud: 9600, timeout: 1 } }]"
        )
        #expect(
            found == [
                "scope.yaml:1:53: devices[0].conf: missing key 'port'",
                "scope.yaml:1:55: devices[0].conf: unknown key 'com': python-microscope's 'com' is 'port' here",
                "scope.yaml:1:74: devices[0].conf: unknown key 'baud': python-microscope's 'baud' is 'baudrate' here",
                "scope.yaml:1:86: devices[0].conf: unknown key 'timeout': drivers have no timeout option: they know how "
                    + "long their devices take",
            ]
        )
    }

    @Test func anEnumOfPythonMicroscopeHasAWord() {
        let found = errors(
            in: """
                devices:
                  - driver: zaber-daisy-chain
                    name: A
                    port: 1
                    conf: { port: /dev/ttyUSB0, address2type: { 1: ZaberDeviceType.FILTER_WHEEL, 2: STAGE } }
                """
        )
        #expect(found.count == 2)
        #expect(found.first?.hasSuffix("got 'ZaberDeviceType.FILTER_WHEEL', did you mean 'filter_wheel'?") == true)
        #expect(found.last?.hasSuffix("got 'STAGE', did you mean 'stage'?") == true)
    }

    @Test func aSerialPortIsNotATCPPort() {
        #expect(
            errors(in: "devices: [{ driver: cobolt, name: A, port: /dev/ttyUSB0, com: x, cls: y }]").contains(
                "scope.yaml:1:44: devices[0].port: expected the number of a TCP port, got '/dev/ttyUSB0'; a serial port "
                    + "belongs in 'conf'"
            )
        )
        let found = errors(in: "devices: [{ driver: dummy-dsp, name: A, port: 1, com: x, cls: y }]")
        #expect(found.count == 2)
        #expect(
            found.first?.hasSuffix("unknown key 'com': 'com' is an option of a driver, which belongs in 'conf'") == true
        )
        #expect(found.last?.hasSuffix("unknown key 'cls': python-microscope's 'cls' is 'driver' here") == true)
    }

    @Test func capitalsAreAMisspelling() {
        let found = errors(in: "DEVICES: [{ driver: dummy-dsp, name: A, port: 1 }]")
        #expect(found.contains("scope.yaml:1:1: unknown key 'DEVICES', did you mean 'devices'?"))
    }

    private static let python = """
        # Configuration
        from microscope.device_server import device
        from microscope.lights.cobolt import CoboltLaser

        DEVICES = [
            device(CoboltLaser, "127.0.0.1", 8001, {"com": "/dev/ttyUSB0"}),
        ]
        """

    @Test(arguments: ["config.py", "scope.yaml"]) func aPythonConfigurationIsRecognised(file: String) {
        #expect(
            errors(in: Self.python, file: file) == [
                "\(file): this is a Python configuration of python-microscope's device-server; here the configuration is "
                    + "YAML (docs/moving-from-python-microscope.md explains how to translate it)"
            ]
        )
        #expect(errors(in: "DEVICES = [\n]\n", file: file).first?.contains("Python configuration") == true)
    }

    @Test(arguments: ["depot.conf", "scope"]) func cockpitsDepotIsRecognised(file: String) {
        let depots = [
            "[server]\nipAddress: 127.0.0.1\nport: 7700\n\n[west]\ntype: cockpit.devices.x.Y\nuri: PYRO:West@h:8001\n",
            "[camera]\ntype = cockpit.devices.microscopeCamera.MicroscopeCamera\nuri = PYRO:Camera@h:8001\n",
        ]
        for depot in depots {
            let found = errors(in: depot, file: file)
            #expect(found.count == 1 && found[0].hasPrefix("\(file): this is Cockpit's depot.conf"), "\(found)")
        }
    }

    @Test func otherErrorsStayAsTheyAre() {
        #expect(errors(in: "[a, b]") == ["scope.yaml:1:1: expected a mapping, got a list"])
        #expect(errors(in: "type: x\nuri: y").allSatisfy { !$0.contains("Cockpit") })
    }
}
