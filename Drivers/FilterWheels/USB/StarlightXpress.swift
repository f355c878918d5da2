public import Devices
internal import Platform
internal import Transports

/// A session with a Starlight Xpress wheel: two bytes each way (the vendor's handbooks of 2009 and 2019).
final class StarlightXpressSession: WheelSession {
    static let make = WheelMake(
        word: "starlight-xpress-wheel",
        name: "Starlight Xpress filter wheel",
        typeName: "StarlightXpressFilterWheel",
        kinds: [USBKind(0x1278, 0x0920)],
        // Some wheels freeze when they are queried while they turn at power-up (Micro-Manager).
        pace: WheelPace(interval: .milliseconds(250), quietTime: .seconds(2)),
        // Ten seconds were too short for the Liverpool Telescope.
        moveLimit: .seconds(20),
        startLimit: .seconds(40),
        settleTime: .seconds(1)
    )

    private let hid: HIDConnection
    /// The number of positions in the configuration, which overrides the wheel's own count.
    private let wantedCount: Int?
    private(set) var positionCount: Int?
    let serial: String? = nil

    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws {
        hid = try HIDConnection(connection)
        wantedCount = configuration.positions?.value
    }

    /// The two bytes of a request.
    ///
    /// Both must be sent: a single byte would select a filter.
    private enum Request {
        case state
        /// A position, counted from 1.
        case go(to: UInt8)

        var report: [UInt8] {
            switch self {
            case .state: [0, 0]
            case .go(let filter): [filter, 0]
            }
        }
    }

    /// The two bytes of an answer.
    private struct Reply {
        /// The current filter, from 1; 0 while the wheel moves or is stuck.
        let filter: Int
        /// The number of filters; 0 while they have not been counted.
        let count: Int

        init?(_ report: [UInt8]) {
            guard report.count >= 2, report[0] <= report[1] || report[1] == 0 else { return nil }
            (filter, count) = (Int(report[0]), Int(report[1]))
        }
    }

    func state() throws -> WheelState {
        let reply = try ask(.state)
        guard reply.filter > 0 else { return positionCount == nil ? .starting : .moving }
        positionCount = wantedCount ?? (reply.count > 0 ? reply.count : nil)
        return .standing(at: reply.filter - 1)
    }

    func startMove(to position: Int) throws { _ = try ask(.go(to: UInt8(clamping: position + 1))) }

    private func ask(_ request: Request) throws -> Reply {
        try hid.write(request.report)
        let report = try hid.read(within: .milliseconds(500))
        guard let reply = Reply(report) else { throw AnswerError("its state", report, of: hid.connection) }
        return reply
    }
}

extension Driver where Configuration == WheelConfiguration {
    public static var starlightXpressWheel: Self {
        .filterWheel(StarlightXpressSession.self, "a Starlight Xpress filter wheel on USB") { configuration in
            SimulatedWheel.starlightXpress(.init(configuration, positions: 5))
        }
        .proven(
            Proof(
                sources: "the vendor's handbooks of 2009 and 2019; a Midi",
                witnesses: [
                    Witness("hidapi 0.15.0", "reports of moves", tests: "test_starlight_xpress_with_hidapi"),
                    Witness(
                        "indi-sx 1.16+20221222162728",
                        "moves, positions",
                        tests: "test_starlight_xpress_with_indi"
                    ),
                ],
                untested: ["Maxi"]
            )
        )
    }
}
