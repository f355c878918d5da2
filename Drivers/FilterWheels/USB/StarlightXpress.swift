public import Devices
internal import Threads
internal import Transports

/// The talk with a filter wheel of Starlight Xpress: two bytes each way (the vendor's handbooks of 2009 and 2019).
final class StarlightXpressSession: WheelSession {
    static let make = WheelMake(
        word: "starlight-xpress-wheel",
        name: "Starlight Xpress filter wheel",
        typeName: "StarlightXpressFilterWheel",
        kinds: [USBKind(0x1278, 0x0920)],
        // Some freeze when they are asked while they turn at power-up (Micro-Manager).
        pace: WheelPace(interval: .milliseconds(250), quietTime: .seconds(2)),
        // The Liverpool Telescope found ten seconds too short.
        moveLimit: .seconds(20),
        startLimit: .seconds(40),
        settleTime: .seconds(1)
    )

    private let hid: HIDConnection
    /// What the configuration says, which counts for more than what the wheel counts.
    private let wantedCount: Int?
    private(set) var positionCount: Int?
    let serial: String? = nil

    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws {
        hid = try HIDConnection(connection)
        wantedCount = configuration.positions?.value
    }

    /// The two bytes of a request, which have to be sent both: one alone would be the number of a filter to go to.
    private enum Request {
        case state
        /// Counted from 1.
        case go(to: UInt8)

        var report: [UInt8] {
            switch self {
            case .state: [0, 0]
            case .go(let filter): [filter, 0]
            }
        }
    }

    /// The two bytes of every answer.
    private struct Reply {
        /// The filter that it stands at, from 1; 0 while it moves, and for ever when it is stuck.
        let filter: Int
        /// How many filters there are; 0 while it has not counted them.
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
        .filterWheel(StarlightXpressSession.self, "a filter wheel of Starlight Xpress, on USB") { configuration in
            SimulatedWheel.starlightXpress(.init(configuration, positions: 5))
        }
    }
}
