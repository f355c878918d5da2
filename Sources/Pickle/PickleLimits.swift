/// How much a pickle may ask for before it is refused.
public struct PickleLimits: Sendable {
    /// How deep containers may lie within one another.
    public let depth: Int
    /// How many values there may be at a time, one that is shared counted each time it occurs.
    public let weight: Int
    /// How many bytes an integer may take.
    public let integerBytes: Int

    public static let standard = PickleLimits()

    public init(depth: Int = 64, weight: Int = 4_000_000, integerBytes: Int = 1024) {
        // Kept far from the ends of 32 bits, so that sums of two cannot overflow.
        self.depth = min(max(depth, 1), 1 << 16)
        self.weight = min(max(weight, 1), 1 << 29)
        self.integerBytes = min(max(integerBytes, 8), 1 << 16)
    }

    /// How long the name of a module or class may be, in bytes.
    static let nameBytes = 256
}

/// Why bytes were not taken for a value, or a value could not be written.
public enum PickleError: Error, Sendable, Hashable {
    /// The bytes end where more of them are needed.
    case truncated(offset: Int)
    /// An instruction that picklers do not use for any value known here.
    case refusedInstruction(UInt8, offset: Int)
    /// A class or function that is not among those which may be read.
    case refusedName(PythonClass)
    /// Something that is not put together as picklers do it.
    case malformed(String)
    /// More than the limits allow.
    case tooLarge(String)
    /// A value that has no form on the wire.
    case notWritable(String)
}

extension PickleError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset): "pickle ends too early, at byte \(offset)"
        case .refusedInstruction(let code, let offset):
            "pickle has an instruction that is not accepted, 0x\(String(code, radix: 16)) at byte \(offset)"
        case .refusedName(let name): "pickle names \(name), which is not accepted"
        case .malformed(let reason): "pickle is malformed: \(reason)"
        case .tooLarge(let reason): "pickle is too large: \(reason)"
        case .notWritable(let reason): "cannot be pickled: \(reason)"
        }
    }
}

/// How deep a value is nested and how many values it consists of.
struct Size: Sendable {
    /// The number of containers within one another: 0 for a number, 1 for an empty list.
    private(set) var depth: Int32
    /// The number of values, shared ones counted each time.
    private(set) var weight: Int32

    static let leaf = Size(depth: 0, weight: 1)
    static let emptyContainer = Size(depth: 1, weight: 1)

    /// Takes in what a container is given.
    ///
    /// The weight needs no check here: that of the whole stack has one.
    mutating func hold(_ inner: Size, _ limits: PickleLimits) throws(PickleError) {
        depth = max(depth, inner.depth &+ 1)
        weight &+= inner.weight
        guard depth <= limits.depth else { throw .tooLarge("nested more than \(limits.depth) deep") }
    }
}

/// The work beyond reading that a pickle may still cause.
///
/// Values that were set aside can be fetched again in two bytes. Without a bound, a message of a megabyte could have
/// a large one copied or hashed for hours.
struct Allowance {
    private var bytesToCopy: Int
    private var stepsToHash: Int

    init(byteCount: Int, limits: PickleLimits) {
        // Real picklers have each byte copied twice at most: out of Latin-1 text and into the other byte order.
        bytesToCopy = 4 * byteCount
        stepsToHash = 2 * limits.weight + byteCount
    }

    /// Asks to copy so many bytes.
    mutating func copy(_ count: Int) throws(PickleError) {
        guard count <= bytesToCopy else { throw .tooLarge("the same bytes copied again and again") }
        bytesToCopy -= count
    }

    /// Asks to use a value as a key or in a set.
    mutating func hash(_ value: PythonValue) throws(PickleError) {
        guard let steps = value.hashingSteps else { throw .malformed("\(value.typeName) as a key") }
        guard steps <= stepsToHash else { throw .tooLarge("the same keys hashed again and again") }
        stepsToHash -= steps
    }
}

extension PythonValue {
    /// A measure of the work to hash it, nil for what cannot be a key.
    fileprivate var hashingSteps: Int? {
        switch self {
        // Nan equals nothing, itself included: a dictionary of many would take for ever to build.
        case .float(let number): number.isNaN ? nil : 1
        case .complex(let real, let imaginary): real.isNaN || imaginary.isNaN ? nil : 1
        case .none, .bool, .int, .dtype, .enumMember, .range, .date, .notImplemented, .scalar: 1
        case .uri: 2 * PyroState.textLimit / 64
        case .str(let text), .decimal(let text), .uuid(let text): 1 + text.utf8.count / 64
        case .bytes(let bytes): 1 + bytes.count / 64
        case .bigInt(let integer): 1 + integer.bytes.count / 64
        case .tuple(let items), .frozenset(let items), .namedTuple(_, let items): Self.hashingSteps(items)
        case .bytearray, .list, .set, .dict, .array, .exception, .failedCall, .proxy, .reference, .opaque: nil
        }
    }

    private static func hashingSteps(_ items: [PythonValue]) -> Int? {
        var sum = 1
        for item in items {
            guard let steps = item.hashingSteps else { return nil }
            sum += steps
        }
        return sum
    }
}
