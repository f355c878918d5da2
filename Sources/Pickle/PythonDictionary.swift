internal import Glibc

/// A `dict`: pairs in the order of insertion, as in Python.
public struct PythonDictionary: Sendable {
    public typealias Pair = (key: PythonValue, value: PythonValue)

    /// The pairs in order.
    ///
    /// A key that was set twice occurs once, with the later value.
    public private(set) var pairs: [Pair] = []
    /// Whether this is a `collections.OrderedDict`.
    public var isOrderedDict = false
    private var places: [DictionaryKey: Int]?

    public init() {}

    public init(_ pairs: some Sequence<Pair>) {
        for (key, value) in pairs { self[key] = value }
    }

    public var count: Int { pairs.count }
    public var isEmpty: Bool { pairs.isEmpty }

    public subscript(key: PythonValue) -> PythonValue? {
        get { place(of: key).map { pairs[$0].value } }
        set {
            guard let newValue else { return remove(key) }
            if let place = place(of: key) {
                pairs[place].value = newValue
            } else {
                places?[DictionaryKey(key)] = pairs.count
                pairs.append((key, newValue))
                if places == nil, pairs.count > Self.scanned { index() }
            }
        }
    }

    /// The size up to which a search through the pairs costs less than hashing.
    ///
    /// Most dictionaries are that small.
    private static let scanned = 8

    private func place(of key: PythonValue) -> Int? {
        if let places { return places[DictionaryKey(key)] }
        return pairs.firstIndex { $0.key.isSameKey(as: key) }
    }

    private mutating func index() {
        places = Dictionary(uniqueKeysWithValues: pairs.enumerated().map { (DictionaryKey($1.key), $0) })
    }

    private mutating func remove(_ key: PythonValue) {
        guard let place = place(of: key) else { return }
        pairs.remove(at: place)
        if places != nil { index() }
    }
}

extension PythonDictionary: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, PythonValue)...) {
        self.init(elements.map { (PythonValue.str($0), $1) })
    }
}

extension PythonDictionary: Hashable {
    /// As in Python, the order of the pairs does not matter.
    public static func == (left: PythonDictionary, right: PythonDictionary) -> Bool {
        left.count == right.count && left.pairs.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(count) }
}

/// A value with Python's equality for keys and members of sets.
///
/// Python compares texts by their characters, whereas Swift treats two encodings of one accented letter as equal. Python
/// treats equal numbers of different types as equal keys: `1`, `1.0` and `True`.
package struct DictionaryKey: Hashable {
    private let value: PythonValue

    package init(_ value: PythonValue) { self.value = value }

    package static func == (left: DictionaryKey, right: DictionaryKey) -> Bool {
        left.value.isSameKey(as: right.value)
    }

    package func hash(into hasher: inout Hasher) { value.hashKey(into: &hasher) }

    /// The values without repetitions, as Python decides equality.
    package static func distinct(_ values: [PythonValue]) -> [PythonValue] {
        guard values.count > 1 else { return values }
        var seen: Set<DictionaryKey> = []
        seen.reserveCapacity(values.count)
        return values.filter { seen.insert(DictionaryKey($0)).inserted }
    }
}

extension PythonValue {
    func isSameKey(as other: PythonValue) -> Bool {
        switch (self, other) {
        case (.str(let left), .str(let right)): left.isSpelled(like: right)
        case (.tuple(let left), .tuple(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSameKey(as: $1) }
        case (.bool, _), (.float, _), (_, .bool), (_, .float): wholeNumber == other.wholeNumber
        default: self == other
        }
    }

    fileprivate func hashKey(into hasher: inout Hasher) {
        switch self {
        case .str(let text): text.hashSpelling(into: &hasher)
        case .tuple(let items):
            hasher.combine(items.count)
            for item in items { item.hashKey(into: &hasher) }
        default: wholeNumber.hash(into: &hasher)
        }
    }

    /// The value, or the integer that it equals.
    private var wholeNumber: PythonValue {
        switch self {
        case .bool(let isTrue): .int(isTrue ? 1 : 0)
        case .float(let number): Int(exactly: number).map { .int($0) } ?? self
        default: self
        }
    }
}

// Byte for byte: Swift's comparison treats all encodings of an accented letter as equal and gives them the same hash, so
// that a client could send any number of keys with one hash.
extension String {
    fileprivate func isSpelled(like other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { left in
            right.withUTF8 { right in
                guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else {
                    return left.count == right.count
                }
                return unsafe memcmp(start, other, left.count) == 0
            }
        }
    }

    fileprivate func hashSpelling(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(utf8.count)
    }
}
