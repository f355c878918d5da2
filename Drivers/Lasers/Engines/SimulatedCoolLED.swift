public import Transports

/// A simulated CoolLED: a pE-300 ultra with three channels.
public struct SimulatedCoolLED: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    private var channels: [CoolLEDChannel]
    /// Whether the answer to a set command has only the changed channels instead of all.
    public var answersWithTheChanged = false
    /// Whether it sends a greeting on connection.
    public var greets = true
    public var isInterlockOpen = false { didSet { if isInterlockOpen { deselect() } } }
    public var isKeyOn = true { didSet { if !isKeyOn { deselect() } } }

    /// - Parameter letters: the channels.
    public init(_ letters: String = "ABC") {
        channels = letters.map { CoolLEDChannel(letter: $0, isSelected: false, isOn: false, intensity: 10) }
    }

    public static var commandEnds: [UInt8] { [0x0D, 0x0A] }

    public var isSwitchedOn: Bool { channels.contains(where: \.isSelected) }
    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { channels.contains { $0.isSelected && $0.isOn } }
    public mutating func startByItself() {
        channels[0] = .init(letter: "A", isSelected: true, isOn: true, intensity: 10)
    }

    public mutating func forgetPower() { for index in channels.indices { channels[index].intensity = 100 } }

    private mutating func deselect() {
        for index in channels.indices { (channels[index].isSelected, channels[index].isOn) = (false, false) }
    }

    public mutating func powerUp(at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        greets ? [SimulatedOutput("CoolLED precisExcite, Hello, pleased to meet you.\r\n\r\n")] : []
    }

    /// The state of all channels, as the box also sends it when someone uses the pod.
    public var state: String { "CSS" + channels.map(\.text).joined() }

    public mutating func answer(_ command: String, at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        (text(command).map { [SimulatedOutput($0 + "\r\n")] }) ?? []
    }

    private mutating func text(_ command: String) -> String? {
        switch command {
        case "XMODEL": return "XMODEL=pE-300ultra"
        case "XVER": return "XVER=1.2.8\r\nXPOD=1.0.2"
        case "CSS?": return state
        case "CSN", "CSF":
            for index in channels.indices { channels[index].isOn = command == "CSN" && channels[index].isSelected }
            return state
        case _ where command.hasPrefix("C") && "SX".contains(command.last ?? "-") && command.count == 3:
            guard var channel = channels.first(where: { $0.letter == command.dropFirst().first }) else { return nil }
            (channel.isSelected, channel.isOn) = (command.hasSuffix("S"), false)
            return set([channel])
        default:
            guard let wanted = CoolLEDChannel.channels(command) else { return nil }
            return set(wanted)
        }
    }

    private mutating func set(_ wanted: [CoolLEDChannel]) -> String {
        for var channel in wanted {
            guard let index = channels.firstIndex(where: { $0.letter == channel.letter }) else { continue }
            channel.isSelected = channel.isSelected && isKeyOn && !isInterlockOpen
            // A channel that is not selected cannot be on.
            channel.isOn = channel.isOn && channel.isSelected
            channels[index] = channel
        }
        guard answersWithTheChanged else { return state }
        return "CSS"
            + channels.filter { channel in wanted.contains { $0.letter == channel.letter } }.map(\.text).joined()
    }
}
