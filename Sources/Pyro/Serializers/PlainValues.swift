internal import Pickle

/// Turns values into those which every plain format has: numbers, texts, bytes, and collections of them.
struct PlainValues<Format: PlainFormat> {
    private var allowance = Allowance()

    mutating func plain(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        try allowance.spend()
        switch value {
        case .none, .bool, .int, .bigInt, .float, .complex, .str, .bytes, .bytearray: return value
        case .enumMember(_, let number): return .int(number)
        case .decimal(let text), .uuid(let text): return .str(text)
        case .date(let date): return try Format.plain(date)
        case .scalar(let array): return try number(in: array)
        case .list, .tuple, .namedTuple, .set, .frozenset, .dict, .exception, .failedCall, .uri, .proxy:
            try allowance.open()
            defer { allowance.close() }
            return try collection(value)
        case .array: throw .unwritable("numpy arrays need the pickle serializer: \(Format.id.name) cannot carry them")
        case .reference(let id): throw .unwritable("the object \(id) can be sent only as a proxy")
        case .dtype, .range, .notImplemented, .opaque: throw refusal(value)
        }
    }

    private mutating func collection(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        switch value {
        case .list(let items): .list(try plain(items))
        case .tuple(let items), .namedTuple(_, let items): .tuple(try plain(items))
        case .set(let items): .set(try plain(items))
        case .frozenset(let items): .frozenset(try plain(items))
        case .dict(let dictionary): .dict(try plain(dictionary))
        case .exception(let error): .dict(try plain(ClassDictionary.of(error)))
        case .failedCall(let error): .dict(try plain(ClassDictionary.of(failedCall: error)))
        case .uri(let uri): .dict(try plain(ClassDictionary.of(uri)))
        case .proxy(let proxy): .dict(try plain(ClassDictionary.of(proxy)))
        default: throw refusal(value)
        }
    }

    private mutating func plain(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        var result: [PythonValue] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try plain(item)) }
        return result
    }

    private mutating func plain(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonDictionary {
        var result = PythonDictionary()
        for (key, value) in dictionary.pairs { result[try plain(key)] = try plain(value) }
        return result
    }

    private func number(in array: NDArray) throws(SerializerError) -> PythonValue {
        guard let number = array.number else { throw refusal(.scalar(array)) }
        return number
    }

    private func refusal(_ value: PythonValue) -> SerializerError { .unwritable(value, in: Format.id) }
}
