public import Transports

/// A simulated CoolLED: a pE-300 ultra with three channels, or by its model a pE-340fura or a pE-4000.
///
/// The words are those of CoolLED's manual DOC-038 as CoolLED's own adapters for Micro-Manager (pE300, pE4000) send them; the
/// forms of the answers to `CA…`, `LAMS` and `XVER` are those that the adapters cut into pieces. No source has the answer to
/// a wrong command: here there is none.
public struct SimulatedCoolLED: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    private var channels: [CoolLEDChannel]
    public let model: String
    /// The wavelengths in the four places of a pE-4000, in nanometres.
    public private(set) var wavelengths = [365, 460, 525, 635]
    /// Whether the answer to a set command has only the changed channels instead of all.
    public var answersWithTheChanged = false
    /// Whether it sends a greeting on connection.
    public var greets = true
    /// Whether the control pod is locked, as Micro-Manager may leave it.
    public private(set) var isPodLocked = false
    public var isInterlockOpen = false { didSet { if isInterlockOpen { deselect() } } }
    public var isKeyOn = true { didSet { if !isKeyOn { deselect() } } }

    /// - Parameter letters: the channels.
    public init(_ letters: String = "ABC", model: String = "pE-300ultra") {
        channels = letters.map { CoolLEDChannel(letter: $0, isSelected: false, isOn: false, intensity: 10) }
        self.model = model
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
        case "XMODEL": return "XMODEL=\(model)"
        case "XVER": return Self.versions
        case "CSS?": return state
        case "CSN", "CSF":
            for index in channels.indices { channels[index].isOn = command == "CSN" && channels[index].isSelected }
            return state
        case "PORT:P=ON", "PORT:P=OFF":
            isPodLocked = command.hasSuffix("OFF")
            return command
        case "LAMS" where hasWavelengths:
            return zip("ABCD", wavelengths).map { "LAM:\($0):\($1)" }.joined(separator: "\r\n")
        case _ where command.hasPrefix("LOAD:") && hasWavelengths: return load(String(command.dropFirst(5)))
        case _ where command.hasPrefix("CSS"): return CoolLEDChannel.channels(command).map { set($0) }
        default: return oneChannel(command)
        }
    }

    /// The first line is of the board, the fourth of the pod, the fifth of the light unit.
    private static let versions = [
        "XFW_VER=1.2.8", "XHW_VER=1.0", "XDATVER=1.1", "XPODVER=1.0.2", "XBE_AVER=1.1", "XBE_BVER=1.1", "XBE_CVER=1.1",
        "XBE_DVER=1.1",
    ].joined(separator: "\r\n")

    private var hasWavelengths: Bool { model.hasPrefix("pE-4000") }

    /// Each place of a pE-4000 has four light sources, of which one is loaded.
    private static let places = [
        [365, 385, 405, 435], [460, 470, 490, 500], [525, 550, 580, 595], [635, 660, 740, 770],
    ]

    private mutating func load(_ text: String) -> String? {
        guard let wavelength = text.code(), let place = Self.places.firstIndex(where: { $0.contains(wavelength) })
        else {
            return nil
        }
        wavelengths[place] = wavelength
        return "LAM:\(Array("ABCD")[place]):\(wavelength)"
    }

    /// Commands for one channel: `CA?`, `CAS`, `CAX`, `CAN`, `CAF`, `CAI50`.
    private mutating func oneChannel(_ command: String) -> String? {
        let characters = Array(command)
        guard characters.count >= 3, characters[0] == "C",
            var channel = channels.first(where: { $0.letter == characters[1] })
        else { return nil }
        let argument = String(characters[3...])
        switch characters[2] {
        case "?" where argument.isEmpty: break
        case "S", "X":
            guard argument.isEmpty else { return nil }
            (channel.isSelected, channel.isOn) = (characters[2] == "S", false)
        case "N", "F":
            guard argument.isEmpty else { return nil }
            channel.isOn = characters[2] == "N"
        case "I":
            guard let percent = argument.code(), percent <= 100 else { return nil }
            channel.intensity = percent
        default: return nil
        }
        change([channel])
        guard let now = channels.first(where: { $0.letter == channel.letter }) else { return nil }
        return "C\(now.letter)\(now.text.suffix(3))\(now.isOn ? "N" : "F")"
    }

    private mutating func change(_ wanted: [CoolLEDChannel]) {
        for var channel in wanted {
            guard let index = channels.firstIndex(where: { $0.letter == channel.letter }) else { continue }
            channel.isSelected = channel.isSelected && isKeyOn && !isInterlockOpen
            // A channel that is not selected cannot be on.
            channel.isOn = channel.isOn && channel.isSelected
            channels[index] = channel
        }
    }

    private mutating func set(_ wanted: [CoolLEDChannel]) -> String {
        change(wanted)
        guard answersWithTheChanged else { return state }
        return "CSS"
            + channels.filter { channel in wanted.contains { $0.letter == channel.letter } }.map(\.text).joined()
    }
}
