internal import Glibc

/// A value as Python takes it for a key or a member of a set.
///
/// Python tells texts apart by their characters, where Swift takes two ways of writing one accent for the same, and it
/// has numbers of different types for equal: `1`, `1.0` and `True`.
package struct DictionaryKey: Hashable {
    private let value: PythonValue

    package init(_ value: PythonValue) { self.value = value }

    package static func == (left: DictionaryKey, right: DictionaryKey) -> Bool {
        left.value.isSameKey(as: right.value)
    }

    package func hash(into hasher: inout Hasher) { value.hashKey(into: &hasher) }

    /// The values without those that Python would take for one that came before.
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

    /// The value, as an integer if it is equal to one.
    private var wholeNumber: PythonValue {
        switch self {
        case .bool(let isTrue): .int(isTrue ? 1 : 0)
        case .float(let number): Int(exactly: number).map { .int($0) } ?? self
        default: self
        }
    }
}

// Byte for byte: Swift's own comparison takes all ways of writing the accents for the same, and gives them one hash, so
// that anybody could make as many keys with one hash as they liked.
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
