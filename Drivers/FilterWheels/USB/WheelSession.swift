internal import Devices
internal import Transports

/// The talk with one wheel, in the language of its make, from plugging in to unplugging.
protocol WheelSession: AnyObject, SendableMetatype {
    static var make: WheelMake { get }

    /// Asks the wheel who it is.
    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws

    /// What the wheel tells as its serial number; nil for those that have none.
    var serial: String? { get }
    /// Nil while it is not known yet.
    var positionCount: Int? { get }
    func state() throws -> WheelState
    /// Begins a move to a position that the wheel has.
    func startMove(to position: Int) throws
    /// Leaves the wheel as it should be when nobody uses it.
    func end() throws

    /// What this make has beside its positions.
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting]
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember]
}

extension WheelSession {
    func end() throws {}
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting] { [] }
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember] { [] }
}

/// What a wheel says of itself, with positions from 0.
enum WheelState: Equatable {
    /// Finds its place, after power-up or by a calibration.
    case starting
    case moving
    case standing(at: Int)
    /// Stands in an error, in the wheel's own words.
    case failed(String)

    /// For messages: `moving`, `standing at position 3`.
    var text: String {
        switch self {
        case .starting: "finding its place"
        case .moving: "moving"
        case .standing(let position): "standing at position \(position)"
        case .failed(let problem): "in an error: \(problem)"
        }
    }
}

/// What is true of all wheels of a make.
struct WheelMake: Sendable {
    /// The word in configurations: `zwo-efw`.
    let word: String
    /// What people call it: `ZWO filter wheel`.
    let name: String
    /// The class in Python.
    let typeName: String
    let kinds: [USBKind]
    let pace: WheelPace
    /// How long a move may take, unless the configuration says.
    let moveLimit: Duration
    /// How long it may take to find its place after power-up.
    let startLimit: Duration
    /// How long it may stand somewhere else than it was sent to before that counts as an error.
    let settleTime: Duration
}

/// How often a wheel may be asked for its state.
struct WheelPace: Sendable {
    let interval: Duration
    /// For how long it is left alone once it has been opened, since it may have been switched on only then.
    let quietTime: Duration

    init(interval: Duration, quietTime: Duration = .zero) { (self.interval, self.quietTime) = (interval, quietTime) }
}

/// An answer that makes no sense, of which the bytes are told.
struct AnswerError: Error, CustomStringConvertible {
    let description: String

    init(_ asked: String, _ answer: [UInt8], of connection: any USBConnection) {
        let bytes = answer.isEmpty ? "nothing" : Hexadecimal.text(answer)
        description = "\(connection.device) was asked for \(asked) and answered \(bytes)"
    }
}
