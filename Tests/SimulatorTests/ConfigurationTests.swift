import Devices
import Foundation
import Pickle
import Simulators
import Testing

struct ConfigurationTests {
    private func open(_ word: String, _ json: String, uid: String? = nil) throws -> any Device {
        let catalog = DriverCatalog(Simulators.drivers)
        let decoder = JSONDecoder()
        decoder.userInfo[.driverCatalog] = catalog
        let uid = uid.map { #""uid": "\#($0)", "# } ?? ""
        let definition = #"{"driver": "\#(word)", \#(uid)"conf": \#(json)}"#
        return try decoder.decode(NestedDriver.self, from: Data(definition.utf8)).driver.open(DriverContext())
    }

    @Test(arguments: [
        ("simulated-camera", "{}", "SimulatedCamera"),
        ("simulated-light-source", "{}", "SimulatedLightSource"),
        ("simulated-filter-wheel", #"{"positions": 6}"#, "SimulatedFilterWheel"),
        ("simulated-stage", #"{"limits": {"x": [0, 100]}}"#, "SimulatedStage"),
        ("simulated-deformable-mirror", #"{"n_actuators": 10}"#, "SimulatedDeformableMirror"),
        ("simulated-digital-io", #"{"numLines": 4}"#, "SimulatedDigitalIO"),
        ("simulated-value-logger", #"{"numSensors": 3, "pullData": false}"#, "SimulatedValueLogger"),
        ("simulated-controller", #"{"devices": {}}"#, "SimulatedController"),
        ("stage-aware-setup", #"{"image": {"width": 50, "height": 40}}"#, "SimulatedController"),
        ("stage-aware-setup", "{}", "SimulatedController"),
        ("test-camera", "{}", "TestCamera"),
        ("prebuilt-camera", "{}", "PrebuiltCamera"),
        ("dummy-dsp", "{}", "DummyDSP"),
        ("dummy-slm", "{}", "DummySLM"),
    ]) func everyWordOpensThePythonClass(word: String, json: String, type: String) throws {
        #expect(try open(word, json).typeName == type)
    }

    @Test func floatingCameraIsTheOneThatIsMeant() throws {
        let uids = (0..<3).map { "\(UUID().uuidString)-\($0)" }
        let json = #"{"attached": ["\#(uids.joined(separator: #"", ""#))"]}"#
        for uid in uids {
            let device = try open("simulated-floating-camera", json, uid: uid)
            #expect((device as? SimulatedFloatingCamera)?.uid == uid)
            try device.shutdown()
        }
        #expect(throws: DecodingError.self) { try open("simulated-floating-camera", json) }
        #expect(throws: DecodingError.self) { try open("simulated-camera", "{}", uid: uids[0]) }
        let error = #expect(throws: DeviceError.self) { try open("simulated-floating-camera", json, uid: "none") }
        #expect(error?.message.hasPrefix("simulated-floating-camera none was not found: 3 are there; seen: ") == true)
    }

    /// Except for cameras whose parts only a server can provide; those are tested through a server.
    @Test func everyDriverIsTestedAbove() { #expect(Set(Simulators.drivers.map(\.name)).count == 16) }

    @Test func cameraTakesAllItsOptions() throws {
        let device = try open(
            "simulated-camera",
            """
            {"sensor_shape": [640, 480], "buffer_length": 7, "realistic_timing": false, "readout_time": 0.5,
            "shuttering_mode": true}
            """
        )
        let camera = try #require(device as? SimulatedCamera)
        #expect(camera.sensorShape == SensorShape(width: 640, height: 480))
        #expect(camera.bufferLength == 7)
        #expect(camera.cycleTime == 0.6)
        #expect(camera.showsShutteringMode)
    }

    @Test(arguments: [#"{"shape": [48, 64]}"#, #"{"sensor_shape": [64, 48]}"#])
    func prebuiltCameraTakesEitherShape(json: String) throws {
        let camera = try #require(try open("prebuilt-camera", json) as? PrebuiltCamera)
        #expect(camera.sensorShape == SensorShape(width: 64, height: 48))
    }

    @Test(arguments: [
        ("simulated-filter-wheel", #"{"positions": 0}"#, "positions must be a positive number (was 0)"),
        (
            "simulated-filter-wheel", #"{"positions": 6, "travel_time": -1}"#,
            "travel_time must be a number from zero up (was -1.0)"
        ),
        ("simulated-stage", #"{"limits": {"x": [1, 0]}}"#, "x must be a lower and an upper limit (was [1.0, 0.0])"),
        (
            "simulated-deformable-mirror", #"{"n_actuators": 9223372036854775807}"#,
            "n_actuators must be at most 16777216 (was 9223372036854775807)"
        ),
        ("simulated-deformable-mirror", #"{"n_actuators": 0}"#, "n_actuators must be a positive number (was 0)"),
        ("simulated-digital-io", #"{"numLines": -1}"#, "numLines must be a positive number (was -1)"),
        ("simulated-value-logger", #"{"numSensors": 0}"#, "numSensors must be a positive number (was 0)"),
        ("simulated-camera", #"{"sensor_shape": [0, 5]}"#, "sensor_shape must be a positive number (was 0)"),
        ("simulated-camera", #"{"buffer_length": -5}"#, "buffer_length must be a number from zero up (was -5)"),
        (
            "stage-aware-setup", #"{"image": {"width": 50, "height": 0}}"#,
            "height must be a positive number (was 0)"
        ),
        (
            "stage-aware-setup", #"{"image": {"width": 65536, "height": 65536}}"#,
            "image must have no more than 1073741824 pixels in all"
        ),
        ("prebuilt-camera", #"{"ring": 0}"#, "ring must be a positive number (was 0)"),
    ]) func optionsThatMakeNoSenseAreNamed(word: String, json: String, message: String) {
        #expect { try open(word, json) } throws: { error in
            if case DecodingError.dataCorrupted(let context) = error {
                context.debugDescription == message
            } else {
                false
            }
        }
    }

    @Test func controllerOpensDevicesOfOtherDrivers() throws {
        let device = try open(
            "simulated-controller",
            """
            {"devices": {
                "wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 4}},
                "inner": {"driver": "simulated-controller", "conf": {"devices": {
                    "light": {"driver": "simulated-light-source"}
                }}}
            }}
            """
        )
        let controller = try #require(device as? SimulatedController)
        // JSON defines no order that could be tested.
        let devices = Dictionary(uniqueKeysWithValues: controller.devices.map { ($0.name, $0.device) })
        #expect((devices["wheel"] as? SimulatedFilterWheel)?.positionCount == 4)
        let inner = try #require(devices["inner"] as? SimulatedController)
        #expect(inner.devices.map(\.name) == ["light"])
    }

    @Test func controllerNamesTheDriversThatThereAre() {
        #expect { try open("simulated-controller", #"{"devices": {"a": {"driver": "lamp"}}}"#) } throws: { error in
            guard case DecodingError.dataCorrupted(let context) = error else { return false }
            return context.codingPath.map(\.stringValue).suffix(2) == ["a", "driver"]
                && context.debugDescription.hasPrefix("unknown driver 'lamp', known are simulated-camera, ")
        }
    }
}
