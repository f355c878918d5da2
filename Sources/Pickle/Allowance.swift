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
