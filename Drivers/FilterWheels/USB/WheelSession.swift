internal import Devices
internal import Transports

/// A session with one wheel, from plugging in to unplugging, in the protocol of its make.
protocol WheelSession: AnyObject, SendableMetatype {
    static var make: WheelMake { get }

    /// Identifies the wheel.
    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws

    /// The serial number that the wheel reports; nil if it has none.
    var serial: String? { get }
    /// Nil while the wheel does not know it yet.
    var positionCount: Int? { get }
    func state() throws -> WheelState
    /// Starts a move to a position that the wheel has.
    func startMove(to position: Int) throws
    /// Puts the wheel into the state in which it is left unused.
    func end() throws

    /// Settings and members of this make, in addition to its positions.
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting]
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember]
}

extension WheelSession {
    func end() throws {}
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting] { [] }
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember] { [] }
}

/// The state that a wheel reports, with positions from 0.
enum WheelState: Equatable {
    /// Finding its home position, after power-up or during a calibration.
    case starting
    case moving
    case standing(at: Int)
    /// In an error, described as the wheel reports it.
    case failed(String)

    /// The text for messages: `moving`, `standing at position 3`.
    var text: String {
        switch self {
        case .starting: "homing"
        case .moving: "moving"
        case .standing(let position): "standing at position \(position)"
        case .failed(let problem): "in an error: \(problem)"
        }
    }
}

/// The properties that all wheels of a make share.
struct WheelMake: Sendable {
    /// The driver name in configurations: `zwo-efw`.
    let word: String
    /// The name in messages: `ZWO filter wheel`.
    let name: String
    /// The class in Python.
    let typeName: String
    let kinds: [USBKind]
    let pace: WheelPace
    /// The default time limit of a move.
    let moveLimit: Duration
    /// The time limit for finding home after power-up.
    let startLimit: Duration
    /// How long a wheel may stand at another position than its target before this is an error.
    let settleTime: Duration
}

/// The polling interval of a wheel, and the time for which it is left alone at first.
struct WheelPace: Sendable {
    let interval: Duration
    /// How long a wheel is left alone after it was opened, because it may have been switched on only just before.
    let quietTime: Duration

    init(interval: Duration, quietTime: Duration = .zero) { (self.interval, self.quietTime) = (interval, quietTime) }
}

/// An answer that cannot be read; the message shows its bytes.
struct AnswerError: Error, CustomStringConvertible {
    let description: String

    init(_ asked: String, _ answer: [UInt8], of connection: any USBConnection) {
        let bytes = answer.isEmpty ? "nothing" : Hexadecimal.text(answer)
        description = "\(connection.device) was asked for \(asked) and answered \(bytes)"
    }
}
