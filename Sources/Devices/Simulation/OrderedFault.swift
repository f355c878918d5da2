/// A fault that a simulated device shows on order, so that clients and the server can be tested with it.
public enum OrderedFault: String, Sendable, Hashable, CaseIterable {
    /// The device does not answer: calls to a simulator do not return, and no data arrive.
    case hang
    /// The process of the device is aborted by the next use of the device, once.
    case crash
    /// The device is unplugged, and plugged in again at the end.
    case unplug
    /// Each answer and each datum comes a second later.
    case slow
    /// Answers and data have random contents.
    case garbage
    /// Every second answer and every second datum is lost.
    case drop
    /// Answers and frames end in the middle.
    case short

    /// The delay of a device that is ``slow``.
    public static let slowness = Duration.seconds(1)
}

/// A fault, when it begins and how long it lasts, as configurations and clients write it: `unplug 30 after 5`.
public struct FaultOrder: Sendable, Hashable, CustomStringConvertible {
    public let fault: OrderedFault
    /// How long it lasts, in seconds.
    public let duration: Double
    /// The time before it begins, in seconds.
    public let delay: Double

    /// - Parameters:
    ///   - duration: in seconds, up to an hour.
    ///   - delay: the time before it begins, in seconds, up to an hour.
    public init(_ fault: OrderedFault, for duration: Double = 10, after delay: Double = 0) {
        self.fault = fault
        self.duration = Self.limited(duration)
        self.delay = Self.limited(delay)
    }

    /// Nil if the text is not a fault of ``rule``.
    public init?(_ text: String) {
        var words = text.split(separator: " ")[...]
        guard let word = words.popFirst(), let fault = OrderedFault(rawValue: String(word)) else { return nil }
        var (duration, delay) = (10.0, 0.0)
        if let word = words.first, word != "after" {
            guard let seconds = Self.seconds(word), seconds > 0 else { return nil }
            duration = seconds
            words.removeFirst()
        }
        if words.popFirst() != nil {
            guard let word = words.popFirst(), let seconds = Self.seconds(word) else { return nil }
            delay = seconds
        }
        guard words.isEmpty else { return nil }
        self.init(fault, for: duration, after: delay)
    }

    private static func seconds(_ word: Substring) -> Double? {
        Double(word).flatMap { (0...longest).contains($0) ? $0 : nil }
    }

    private static let longest = 3600.0

    private static func limited(_ seconds: Double) -> Double { seconds.isFinite ? min(max(seconds, 0), longest) : 0 }

    /// What an order may be, for error messages.
    public static let rule =
        "one of \(OrderedFault.allCases.map(\.rawValue).joined(separator: ", ")), then optionally its seconds up to an "
        + "hour and its beginning, such as 'unplug 30' or 'unplug 30 after 5'"

    public var description: String {
        "\(fault.rawValue) \(Self.text(duration))" + (delay > 0 ? " after \(Self.text(delay))" : "")
    }

    /// Tenths of a second, without a fraction where there is none.
    private static func text(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// The same random numbers in each run, so that a failure can be repeated (SplitMix64 of Steele, Lea and Flood, 2014).
struct FaultDice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
