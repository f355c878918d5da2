/// A `dict`: pairs in the order in which they were put in, as Python keeps them.
public struct PythonDictionary: Sendable {
    public typealias Pair = (key: PythonValue, value: PythonValue)

    /// The pairs in order.
    ///
    /// A key read twice from the wire stands here once, with the later value.
    public private(set) var pairs: [Pair] = []
    /// Whether it is a `collections.OrderedDict`.
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

    /// Most dictionaries hold a few names, where looking along the pairs costs less than hashing.
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
    /// As in Python, the order of the pairs does not count.
    public static func == (left: PythonDictionary, right: PythonDictionary) -> Bool {
        left.count == right.count && left.pairs.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
