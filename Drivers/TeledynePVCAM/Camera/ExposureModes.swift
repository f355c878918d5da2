internal import Devices

/// The library's exposure modes: what starts and ends exposures.
///
/// Cameras with a CCD have the numbers from 0 to 6, those with a CMOS sensor the numbers from 0x700, to which the mode
/// of the output line is added.
struct ExposureMode: Hashable, Sendable {
    let number: Int

    init(_ number: Int) { self.number = number }

    static let timed = ExposureMode(0)
    static let strobed = ExposureMode(1)
    static let bulb = ExposureMode(2)
    static let triggerFirst = ExposureMode(3)
    static let variableTimed = ExposureMode(5)
    static let `internal` = ExposureMode(0x700)
    static let firstEdge = ExposureMode(0x800)
    static let edge = ExposureMode(0x900)
    static let level = ExposureMode(0xA00)
    static let softwareFirst = ExposureMode(0xB00)
    static let softwareEdge = ExposureMode(0xC00)

    /// Whether it is one of the modes of a CCD.
    var isLegacy: Bool { number < 0x100 }

    /// Whether frames come one after another without a signal.
    var isFreeRunning: Bool { [.timed, .variableTimed, .internal].contains(self) || number == 6 }

    /// The trigger that clients know it by; nil for a mode that they have no words for.
    var trigger: Trigger? {
        switch self {
        case .timed, .internal: Trigger(.software, .strobe)
        case .strobed, .edge: Trigger(.risingEdge, .once)
        case .bulb, .level: Trigger(.risingEdge, .bulb)
        case .triggerFirst, .firstEdge: Trigger(.risingEdge, .start)
        case .softwareEdge: Trigger(.software, .once)
        case .softwareFirst: Trigger(.software, .start)
        default: nil
        }
    }
}

/// A trigger type and mode, in the words of clients.
struct Trigger: Hashable, Sendable {
    let type: TriggerType
    let mode: TriggerMode

    init(_ type: TriggerType, _ mode: TriggerMode) { (self.type, self.mode) = (type, mode) }

    static let software = Trigger(.software, .once)
}

/// The start of exposures: one of the camera's modes, or a sequence of one frame for each software trigger.
struct Exposing: Hashable, Sendable {
    let mode: ExposureMode
    /// Whether each trigger of the driver starts a sequence of one frame: for cameras without software triggers.
    let isSingle: Bool

    init(_ mode: ExposureMode, isSingle: Bool = false) { (self.mode, self.isSingle) = (mode, isSingle) }

    var trigger: Trigger? { isSingle ? .software : mode.trigger }

    /// The way in which a camera with these modes does a trigger; nil if it cannot.
    init?(_ trigger: Trigger, modes: [ExposureMode]) {
        if let mode = modes.first(where: { $0.trigger == trigger }) {
            self.init(mode)
        } else if trigger == .software, let mode = modes.first(where: { $0 == .timed || $0 == .internal }) {
            self.init(mode, isSingle: true)
        } else {
            return nil
        }
    }
}
