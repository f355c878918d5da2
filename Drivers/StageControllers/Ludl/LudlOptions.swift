public import Devices
public import Transports

/// The options of a Ludl controller.
///
/// It tells which axes it has, but neither its wheels nor its shutters.
public struct LudlOptions: Decodable, Sendable {
    /// Which port it is at.
    public var port: PortName
    /// Bits a second, 9600 unless given.
    public var baudRate: Count?
    /// How far each axis goes, by its name; those that are left out find out when the stage is enabled, by moving.
    public var limits: NamedOptions<AxisLimits>?
    public var wheels: [Wheel]?
    public var shutters: [Shutter]?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
        case limits, wheels, shutters
    }

    public init(
        port: PortName,
        baudRate: Count? = nil,
        limits: NamedOptions<AxisLimits>? = nil,
        wheels: [Wheel]? = nil,
        shutters: [Shutter]? = nil
    ) {
        (self.port, self.baudRate, self.limits) = (port, baudRate, limits)
        (self.wheels, self.shutters) = (wheels, shutters)
    }

    /// Which wheel it is: on which module, 1 unless given, and whether it is the auxiliary one there.
    public struct Wheel: Decodable, Sendable {
        public var module: Count?
        public var auxiliary: Bool?
        public var positions: Count

        public init(module: Count? = nil, auxiliary: Bool? = nil, positions: Count) {
            (self.module, self.auxiliary, self.positions) = (module, auxiliary, positions)
        }
    }

    /// Which shutter it is: on which module, 1 unless given, and its number there, 1 to 3.
    public struct Shutter: Decodable, Sendable {
        public var module: Count?
        public var number: Count

        public init(module: Count? = nil, number: Count) { (self.module, self.number) = (module, number) }
    }
}
