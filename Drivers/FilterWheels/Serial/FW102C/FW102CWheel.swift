public import Devices
public import Transports

/// A filter wheel of Thorlabs', FW102C or FW212C.
public typealias ThorlabsFilterWheel = SerialWheel<FW102CCommands>

extension FW102CCommands {
    static let port = PortSettings(baudRate: 115_200)
    /// The prompt ends an answer, with no line end behind it.
    static let format = LineFormat(commandEnd: "\r", answerEnd: "> ", patience: .milliseconds(500))

    /// Its model.
    public func facts(_ lines: LineProtocol) throws -> String { try ask("*idn?", lines) { $0 } }

    /// None of them is saved in the wheel, where the command `save` would put them.
    public func settings(of wheel: SerialWheel<Self>) -> [Setting] {
        [
            Setting("model", fixed: wheel.facts),
            Setting(
                "speed",
                in: Cases<Speed>(),
                get: { () -> Speed in try wheel.perform { try choice("speed", $0) } },
                set: { value in try wheel.perform { try tell("speed=\(value.rawValue)", $0) } }
            ),
            Setting(
                "trigger",
                in: Cases<Trigger>(),
                get: { () -> Trigger in try wheel.perform { try choice("trig", $0) } },
                set: { value in try wheel.perform { try tell("trig=\(value.rawValue)", $0) } }
            ),
            Setting(
                "sensors on when idle",
                in: Anything(),
                get: { try wheel.perform { try ask("sensors?", $0, parse: \.flag) } },
                set: { isOn in try wheel.perform { try tell("sensors=\(isOn ? 1 : 0)", $0) } }
            ),
        ]
    }

    private func choice<Choice: LabelledCases>(_ word: String, _ lines: LineProtocol) throws -> Choice {
        try ask("\(word)?", lines) { $0.code().flatMap(Choice.init) }
    }

    /// How fast the wheel turns.
    enum Speed: Int, SettingChoice {
        case slow
        case high
    }

    /// What the socket for triggers is: an edge in turns the wheel on by one position, or one comes out when it is there.
    enum Trigger: Int, SettingChoice {
        case input
        case output
    }
}

extension Driver where Configuration == SerialOptions {
    public static var thorlabsFilterWheel: Self {
        Driver(
            serial: "thorlabs-filter-wheel",
            "a filter wheel FW102C or FW212C of Thorlabs'",
            port: FW102CCommands.port,
            simulated: { _ in SimulatedFW102C() },
            open: { connector, _ in try ThorlabsFilterWheel(FW102CCommands(), connector, FW102CCommands.format) }
        )
    }
}
