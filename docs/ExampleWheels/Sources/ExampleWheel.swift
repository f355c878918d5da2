public import Devices
public import Transports

/// The filter wheel of the tutorial, which can be asked where it is while it turns.
public final class ExampleWheel: FilterWheel, SerialDevice {
    public let line: SerialLine
    public let positionCount: Int
    public let settings: [Setting]
    public var enabledSession: Int?
    private let commands = ExampleCommands()
    /// The move that has not been reported as over.
    private var move: (target: Int, deadline: ContinuousClock.Instant)?

    /// The longest move, with much room.
    private static let travelLimit = Duration.seconds(10)

    init(_ connector: SerialConnector, _ format: LineFormat = ExampleCommands.format) throws {
        let commands = commands
        line = try connector.line(format) { lines, _ in try commands.serialNumber(lines) }
        do {
            positionCount = try line.perform(commands.positionCount)
            settings = [
                Setting("serial number", fixed: try line.perform(commands.serialNumber)),
                Setting("speed", on: line, in: 1...9, get: commands.speed, set: commands.setSpeed),
            ]
        } catch {
            line.close()
            throw error
        }
    }

    public var position: Int { get throws { try line.perform(commands.place).position } }

    public func startMove(to position: Int) throws {
        try line.perform { lines in try commands.go(to: position, lines) }
        move = (position, .now + Self.travelLimit)
    }

    public var isMoving: Bool {
        get throws {
            guard let move else { return false }
            let place = try line.perform(commands.place)
            if place.target != nil, ContinuousClock.now < move.deadline { return true }
            self.move = nil
            guard place.target == nil, place.position == move.target else {
                let text = "did not go to position \(move.target): it is at \(place.position)"
                throw DeviceError(.failed, "\(line.title) \(text)\(place.target == nil ? "" : ", and still moves")")
            }
            return false
        }
    }

    public func performShutdown() { line.close() }
}

extension Driver where Configuration == SerialOptions {
    public static var exampleWheel: Self {
        Driver(
            serial: "example-wheel",
            "the filter wheel of the tutorial",
            port: ExampleCommands.port,
            simulated: { _ in SimulatedExampleWheel() },
            open: { connector, _ in try ExampleWheel(connector) }
        )
    }
}
