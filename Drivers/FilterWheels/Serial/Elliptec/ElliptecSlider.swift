public import Devices
public import Transports

/// An Elliptec slider of Thorlabs': ELL6, ELL9 or ELL12.
public typealias ThorlabsELLSlider = SerialWheel<ElliptecCommands>

extension ElliptecCommands {
    static let port = PortSettings(baudRate: 9600)
    /// A message has no end of its own.
    ///
    /// A move that follows within 100 ms of another may become one to zero (pyLabLib).
    static let format = LineFormat(commandEnd: "", answerEnd: "\r\n", pause: .milliseconds(100))

    public func facts(_ lines: LineProtocol) throws -> ElliptecIdentity { try identity(lines) }

    public func settings(of slider: SerialWheel<Self>) -> [Setting] {
        let identity = slider.facts
        return [
            Setting("model", fixed: "ELL\(identity.type)"),
            Setting("serial number", fixed: identity.serialNumber),
            Setting("year", fixed: identity.year),
            Setting("firmware", fixed: identity.firmware),
            Setting("hardware", fixed: identity.hardware),
            Setting("status", in: 255, get: { try slider.perform(status).text }),
        ]
    }
}

/// The options of a slider.
public struct ElliptecOptions: SerialLineOptions {
    /// Which port its bus is at.
    public var port: PortName
    /// Which of those on the bus it is, 0 to 15; 0 unless given.
    public var address: Int?

    private enum CodingKeys: CodingKey {
        case port, address
    }

    public init(port: PortName, address: Int? = nil) { (self.port, self.address) = (port, address) }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: CodingKeys.self)
        port = try options.decode(PortName.self, forKey: .port)
        address = try options.decodeIfPresent(Int.self, forKey: .address)
        guard (0...15).contains(address ?? 0) else {
            throw DecodingError.dataCorruptedError(
                forKey: .address,
                in: options,
                debugDescription: "must be a number from 0 to 15 (was \(address ?? 0))"
            )
        }
    }
}

extension ElliptecOptions: CheckedOption {
    public var flaw: String? {
        guard let address, !(0...15).contains(address) else { return nil }
        return "must have an address from 0 to 15 (was \(address))"
    }
}

extension Driver where Configuration == ElliptecOptions {
    public static var thorlabsSlider: Self {
        Driver(
            serial: "thorlabs-ell-slider",
            "an Elliptec slider ELL6, ELL9 or ELL12 of Thorlabs'",
            port: ElliptecCommands.port,
            simulated: { SimulatedElliptec(address: $0.address ?? 0) }
        ) { connector, options in
            let commands = ElliptecCommands(address: options.address ?? 0)
            return try ThorlabsELLSlider(commands, connector, ElliptecCommands.format)
        }
    }
}
