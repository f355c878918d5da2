public import Devices

/// A controller without a cable, of devices that other drivers open.
public final class SimulatedController: Controller {
    public var isEnabled = false
    public let devices: [(name: String, device: any Device)]

    public init(_ devices: [(name: String, device: any Device)]) { self.devices = devices }
}

extension SimulatedController {
    public struct Configuration: Decodable, Sendable {
        /// The devices by name, in the order in which clients see them.
        public var devices: NamedOptions<NestedDriver>

        public init(devices: NamedOptions<NestedDriver>) { self.devices = devices }
    }
}

extension Driver where Configuration == SimulatedController.Configuration {
    public static var simulatedController: Self {
        Driver("simulated-controller", "a simulated controller of other devices", isSimulator: true) {
            configuration,
            context in
            SimulatedController(
                try configuration.devices.pairs.map { name, nested in
                    var context = context
                    if !context.hardwareName.isEmpty { context.hardwareName += "/\(name)" }
                    return (name, try nested.driver.open(context))
                }
            )
        }
    }
}
