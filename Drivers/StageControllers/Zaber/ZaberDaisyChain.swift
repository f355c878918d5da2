public import Devices
public import Transports

/// The options of a chain of Zaber devices.
public struct ZaberOptions: SerialLineOptions {
    /// Which port the first of them is at.
    public var port: PortName
    /// What each of them is, by its address, 1 to 99.
    public var devices: Devices

    /// Whether lamps that are on when the server starts stay on; they are switched off unless this is given.
    public var leaveAsIs: Bool?

    private enum CodingKeys: String, CodingKey {
        case port
        // As python-microscope calls it.
        case devices = "address2type"
        case leaveAsIs = "leave_as_is"
    }

    public init(port: PortName, devices: Devices, leaveAsIs: Bool? = nil) {
        (self.port, self.devices, self.leaveAsIs) = (port, devices, leaveAsIs)
    }

    /// What a device is; it does not tell by itself.
    public enum Kind: String, Decodable, Sendable, CaseIterable {
        case stage
        case filterWheel = "filter_wheel"
        case ledController = "led_controller"
    }

    public struct Devices: Decodable, Sendable {
        public let pairs: [(address: Int, kind: Kind)]

        /// Nil if there are none, or an address is none.
        public init?(_ pairs: [(address: Int, kind: Kind)]) {
            guard !pairs.isEmpty, pairs.allSatisfy({ (1...99).contains($0.address) }) else { return nil }
            self.pairs = pairs
        }

        public init(from decoder: any Decoder) throws {
            let named = try NamedOptions<Kind>(from: decoder).pairs
            let pairs = named.compactMap { name, kind in Int(name).map { (address: $0, kind: kind) } }
            guard pairs.count == named.count, let devices = Devices(pairs) else {
                throw decoder.invalid("must have an address from 1 to 99 for each device")
            }
            self = devices
        }
    }
}

enum ZaberDaisyChain {
    static func open(
        _ connector: SerialConnector,
        _ options: ZaberOptions,
        _ format: LineFormat = ZaberDevice.format
    ) throws -> SerialController {
        let members = options.devices.pairs.map { (device: ZaberDevice(address: $0.address), kind: $0.kind) }
        let leavesLight = options.leaveAsIs ?? false
        let line = try connector.line(format) { lines, isFirst in
            if !leavesLight || !isFirst {
                try members.filter { $0.kind == .ledController }.attemptEach { try $0.device.ensureOff(lines) }
            }
            return try members.map { try $0.device.text("system.serial", lines) }.joined(separator: " ")
        }
        do {
            let devices: [(name: String, device: any Device)] = try members.map { device, kind in
                let opened: any Device =
                    switch kind {
                    case .stage: try device.stage(on: line)
                    case .filterWheel: try device.filterWheel(on: line)
                    case .ledController: try device.ledController(on: line)
                    }
                return ("\(device.address)", opened)
            }
            return SerialController("ZaberDaisyChain", devices, on: line)
        } catch {
            line.close()
            throw error
        }
    }
}

extension Driver where Configuration == ZaberOptions {
    public static var zaberDaisyChain: Self {
        Driver(
            serial: "zaber-daisy-chain",
            "Zaber stages, filter wheels and lamps in a chain",
            port: ZaberDevice.port,
            simulated: { SimulatedZaberChain($0.devices) },
            open: { try ZaberDaisyChain.open($0, $1) }
        )
    }
}
