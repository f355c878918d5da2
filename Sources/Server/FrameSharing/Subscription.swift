internal import Devices
internal import Pickle
internal import Pyro

/// The wishes of a subscriber, within the limits of the server.
struct Subscription: Sendable, Equatable {
    enum Policy: String, Sendable {
        /// The latest frame whenever the subscriber is ready for one: a live view.
        case newest
        /// Every frame, of which a number may wait.
        case all
    }

    static let longestQueue = 4096
    static let mostHeld = 1024
    private static let longestName = 64

    var policy = Policy.newest
    /// How many data may wait in the server.
    var queue = 1
    /// How many slots may be lent at a time.
    var hold = 4
    var wantsSettings = false
    /// The ways of compression that the client knows, the preferred one first.
    var compressions: [PixelCompression] = []
    var compressesAlways = false
    /// What the client calls itself.
    var name = ""
    /// The device, on the socket that all devices of a process share.
    var object = ""
    var ticket = ""

    init() {}

    /// Keys that it does not know belong to later versions, and are ignored.
    init(_ value: PythonValue) throws(FrameRefusal) {
        guard case .dict(let wanted) = value else {
            throw FrameRefusal(.wanted, "what is wanted is a dict, not \(value.typeName)")
        }
        let version = try Self.number(wanted, "version", 1...Int.max) ?? FrameRecord.version
        guard version >= FrameRecord.version else {
            throw FrameRefusal(.version, "version \(version) is not known; this server speaks \(FrameRecord.version)")
        }
        if let word = try Self.text(wanted, "policy") {
            guard let policy = Policy(rawValue: word) else {
                throw FrameRefusal(.wanted, "policy is 'newest' or 'all', not '\(word.prefix(64))'")
            }
            self.policy = policy
        }
        let queue = try Self.number(wanted, "queue", 1...Int.max) ?? 32
        self.queue = policy == .all ? min(queue, Self.longestQueue) : 1
        let hold = try Self.number(wanted, "hold", 1...Int.max) ?? (policy == .all ? self.queue + 4 : 4)
        self.hold = min(hold, Self.mostHeld)
        wantsSettings = try Self.flag(wanted, "settings") ?? false
        compressions = try Self.compressions(wanted)
        if let word = try Self.text(wanted, "compress") {
            guard ["auto", "always"].contains(word) else {
                throw FrameRefusal(.wanted, "compress is 'auto' or 'always', not '\(word.prefix(64))'")
            }
            compressesAlways = word == "always"
        }
        // It is shown in a terminal.
        name = String(
            try Self.text(wanted, "name")?.unicodeScalars.filter { !Self.isControl($0) }.map(Character.init)
                .prefix(Self.longestName) ?? []
        )
        object = try Self.text(wanted, "object") ?? ""
        ticket = try Self.text(wanted, "ticket") ?? ""
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    private static func compressions(_ wanted: PythonDictionary) throws(FrameRefusal) -> [PixelCompression] {
        switch wanted["compression"] {
        case nil, .none?: return []
        case .list(let names)?, .tuple(let names)?:
            return names.prefix(16).compactMap { $0.text.flatMap(PixelCompression.init(name:)) }
        default: throw FrameRefusal(.wanted, "compression is a list of names")
        }
    }

    private static func text(_ wanted: PythonDictionary, _ key: String) throws(FrameRefusal) -> String? {
        switch wanted[.str(key)] {
        case nil, .none?: return nil
        case .str(let text)?: return text
        default: throw FrameRefusal(.wanted, "\(key) is a text")
        }
    }

    private static func flag(_ wanted: PythonDictionary, _ key: String) throws(FrameRefusal) -> Bool? {
        switch wanted[.str(key)] {
        case nil, .none?: return nil
        case .bool(let flag)?: return flag
        default: throw FrameRefusal(.wanted, "\(key) is True or False")
        }
    }

    private static func number(
        _ wanted: PythonDictionary,
        _ key: String,
        _ range: ClosedRange<Int>
    ) throws(FrameRefusal) -> Int? {
        switch wanted[.str(key)] {
        case nil, .none?: return nil
        case .int(let number)? where range.contains(number): return number
        default: throw FrameRefusal(.wanted, "\(key) is a number from \(range.lowerBound) on")
        }
    }

    /// The way of compression that both ends know.
    var compression: PixelCompression? { compressions.first(where: \.isAvailable) }
}
