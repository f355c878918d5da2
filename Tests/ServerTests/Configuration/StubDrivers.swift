import Devices
import Server
import Simulators

/// Stands in for opening a device: it throws the options that the driver was given, for the test to look at.
struct Opened<Options: Sendable>: Error {
    let options: Options
}

/// A driver of which only the options matter.
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

/// The words that the examples use, and some with options of every shape.
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

/// A driver whose devices tell who they are only once they are open.
struct FloatingStub: ConfigurableDriver {
    var name: String { "floating-camera" }
    var summary: String { "stands in for a floating driver" }
    var isFloating: Bool { true }
    func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        try stub(name, NoOptions.self).configured(from: decoder, uid: uid)
    }
}
