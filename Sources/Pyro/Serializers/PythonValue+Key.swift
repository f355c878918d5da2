internal import Pickle

extension PythonDictionary {
    /// Puts in a pair that came from the wire, if the key is one that Python would take.
    mutating func insert(_ value: PythonValue, for key: PythonValue) throws(SerializerError) {
        try key.checkHashable()
        self[key] = value
    }
}

extension PythonValue {
    /// A set's members that came from the wire, each of them once.
    static func members(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        for item in items { try item.checkHashable() }
        return DictionaryKey.distinct(items)
    }

    /// Refuses what cannot be a key of a dictionary.
    fileprivate func checkHashable() throws(SerializerError) {
        switch self {
        case .list, .dict, .set, .bytearray: throw .malformed("unhashable type: '\(typeName)'")
        case .tuple(let items): for item in items { try item.checkHashable() }
        // It equals nothing, itself included: a dictionary of many would take for ever to build.
        case .float(let number) where number.isNaN: throw .malformed("nan cannot be a key")
        case .complex(let real, let imaginary) where real.isNaN || imaginary.isNaN:
            throw .malformed("nan cannot be a key")
        default: break
        }
    }
}
