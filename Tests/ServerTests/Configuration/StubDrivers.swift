import Devices
import Server
import Simulators

/// Thrown instead of opening a device, with the driver's options for the test.
struct Opened<Options: Sendable>: Error {
    let options: Options
}

/// A driver with options only.
func stub<Options: Decodable & Sendable>(_ name: String, _ options: Options.Type) -> Driver<Options> {
    Driver(name, "stands in for \(name)") { options, _ -> SimulatedLightSource in throw Opened(options: options) }
}

/// The options that a device would be opened with.
func options<Options: Sendable>(of driver: ConfiguredDriver, as type: Options.Type = Options.self) -> Options? {
    do {
        _ = try driver.open(DriverContext())
        return nil
    } catch {
        return (error as? Opened<Options>)?.options
    }
}

/// The drivers of the examples, and some with options of every type.
let stubDrivers = DriverCatalog([
    stub("simulated-camera", CameraOptions.self),
    stub("simulated-filter-wheel", WheelOptions.self),
    stub("simulated-light-source", NoOptions.self),
    stub("simulated-stage", StageOptions.self),
    stub("simulated-deformable-mirror", MirrorOptions.self),
    stub("simulated-digital-io", LineOptions.self),
    stub("simulated-value-logger", LoggerOptions.self),
    stub("simulated-controller", ControllerOptions.self),
    stub("test-camera", CameraOptions.self),
    stub("dummy-dsp", NoOptions.self),
    stub("dummy-slm", NoOptions.self),
    stub("everything", EverythingOptions.self),
    FloatingStub(),
])

/// A driver whose devices are identified only after opening.
struct FloatingStub: ConfigurableDriver {
    var name: String { "floating-camera" }
    var summary: String { "stands in for a floating driver" }
    var isFloating: Bool { true }
    func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        try stub(name, NoOptions.self).configured(from: decoder, uid: uid)
    }
}
