/// Limits beyond which a pickle is refused.
public struct PickleLimits: Sendable {
    /// The greatest nesting of containers.
    public let depth: Int
    /// The largest number of values at a time.
    ///
    /// A shared value counts each time it occurs.
    public let weight: Int
    /// The greatest length of an integer in bytes.
    public let integerBytes: Int

    public static let standard = PickleLimits()

    public init(depth: Int = 64, weight: Int = 4_000_000, integerBytes: Int = 1024) {
        // Far below 32 bits, so that the sum of two cannot overflow.
        self.depth = min(max(depth, 1), 1 << 16)
        self.weight = min(max(weight, 1), 1 << 29)
        self.integerBytes = min(max(integerBytes, 8), 1 << 16)
    }

    /// The greatest length of a module's or class's name in bytes.
    static let nameBytes = 256
}

/// The reason why a pickle was refused or a value could not be pickled.
public enum PickleError: Error, Sendable, Hashable {
    /// The bytes end in the middle of a value.
    case truncated(offset: Int)
    /// An instruction that picklers use for none of the supported values.
    case refusedInstruction(UInt8, offset: Int)
    /// A class or function that is not in the table of known names.
    case refusedName(PythonClass)
    /// Instructions that no pickler writes in this order.
    case malformed(String)
    /// A limit was exceeded.
    case tooLarge(String)
    /// A value that cannot be pickled.
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

/// The nesting depth of a value and the number of values in it.
struct Size: Sendable {
    /// The number of nested containers: 0 for a number, 1 for an empty list.
    private(set) var depth: Int32
    /// The number of values; a shared value counts each time it occurs.
    private(set) var weight: Int32

    static let leaf = Size(depth: 0, weight: 1)
    static let emptyContainer = Size(depth: 1, weight: 1)

    /// Adds the size of a value that becomes part of this one.
    ///
    /// Only the depth is checked here; the reader checks the weight of the whole stack.
    mutating func hold(_ inner: Size, _ limits: PickleLimits) throws(PickleError) {
        depth = max(depth, inner.depth &+ 1)
        weight &+= inner.weight
        guard depth <= limits.depth else { throw .tooLarge("nested more than \(limits.depth) deep") }
    }
}

/// The copying, hashing and walking through collections that a pickle may still cause.
///
/// Two bytes fetch a value from the memo. Without a budget, a message of a megabyte could have a large value copied or
/// hashed for hours.
struct WorkBudget {
    private var bytesToCopy: Int
    private var steps: Int

    init(byteCount: Int, limits: PickleLimits) {
        // Pickles from Python copy each byte at most twice: out of Latin-1 text and into the other byte order.
        bytesToCopy = 4 * byteCount
        steps = 2 * limits.weight + byteCount
    }

    /// Spends the copying of some bytes.
    mutating func copy(_ count: Int) throws(PickleError) {
        guard count <= bytesToCopy else { throw .tooLarge("the same bytes copied again and again") }
        bytesToCopy -= count
    }

    /// Spends a walk through a collection, whose values need not stay in the pickle's result.
    mutating func walk(_ count: Int) throws(PickleError) {
        guard count <= steps else { throw .tooLarge("the same collections used again and again") }
        steps -= count
    }

    /// Spends the hashing of a value that becomes a key or a member of a set.
    mutating func hash(_ value: PythonValue) throws(PickleError) {
        guard let steps = value.hashingSteps else { throw .malformed("\(value.typeName) as a key") }
        guard steps <= self.steps else { throw .tooLarge("the same keys hashed again and again") }
        self.steps -= steps
    }
}

extension PythonValue {
    /// A measure of the work to hash the value, or nil if it cannot be a key.
    fileprivate var hashingSteps: Int? {
        switch self {
        // NaN does not even equal itself, so a dictionary with many NaN keys would take hours to build.
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
