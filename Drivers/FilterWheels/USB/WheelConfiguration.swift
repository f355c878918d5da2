public import Devices
public import Transports

/// The options of every USB filter wheel.
public struct WheelConfiguration: Decodable, Sendable {
    /// The wheel's serial number, for wheels that have one.
    public var serial: String?
    /// The USB port, as in `/sys/bus/usb/devices`: `1-4.2`.
    public var port: USBPort?
    /// The number of positions, for wheels that do not report it and for simulated wheels.
    public var positions: Count?
    /// The time limit of a move, in seconds.
    public var moveTimeout: NonNegative?

    private enum CodingKeys: String, CodingKey {
        case serial, port, positions
        case moveTimeout = "move_timeout"
    }

    public init(
        serial: String? = nil,
        port: USBPort? = nil,
        positions: Count? = nil,
        moveTimeout: NonNegative? = nil
    ) {
        (self.serial, self.port, self.positions, self.moveTimeout) = (serial, port, positions, moveTimeout)
    }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: CodingKeys.self)
        serial = try options.decodeIfPresent(String.self, forKey: .serial)
        port = try options.decodeIfPresent(PortOption.self, forKey: .port)?.port
        positions = try options.decodeIfPresent(Count.self, forKey: .positions)
        moveTimeout = try options.decodeIfPresent(NonNegative.self, forKey: .moveTimeout)
    }

    private struct PortOption: Decodable {
        let port: USBPort

        init(from decoder: any Decoder) throws {
            let text = try String(from: decoder)
            guard let port = USBPort(text), !port.ports.isEmpty else {
                throw decoder.invalid("must be a USB port such as 1-4.2 (was '\(text)')")
            }
            self.port = port
        }
    }
}

extension Driver where Configuration == WheelConfiguration {
    /// The driver of one make of wheel, on USB or simulated.
    ///
    /// - Parameter simulate: makes a simulated wheel with the serial number and the positions of a configuration.
    static func filterWheel<Session: WheelSession>(
        _ session: Session.Type,
        _ summary: String,
        simulate: @escaping @Sendable (WheelConfiguration) -> SimulatedWheel
    ) -> Self {
        Driver(
            Session.make.word,
            summary,
            attached: { configuration in
                .usb(
                    kinds: Session.make.kinds.map(\.description),
                    serial: configuration?.serial,
                    port: configuration?.port?.description
                )
            }
        ) { configuration, context in
            let bus: any USBBus
            if context.isSimulated {
                let simulated = SimulatedUSBBus()
                let (wheel, port) = (simulate(configuration), configuration.port ?? USBPort(bus: 1, ports: [1]))
                wheel.keep(as: context.hardwareName)
                simulated.plugIn(wheel, at: port)
                if let faults = context.faults { simulated.show(faults, of: wheel, at: port) }
                bus = simulated
            } else {
                bus = try LibUSBBus()
            }
            return try USBFilterWheel<Session>(configuration, on: bus, log: context.log)
        }
    }
}
