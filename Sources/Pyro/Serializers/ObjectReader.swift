internal import Pickle

/// Makes objects out of the dictionaries with a class in values that were read.
///
/// As in Pyro4, what such an object holds stays as it was read, dictionaries with a class among it.
struct ObjectReader {
    let unknownClasses: UnknownClasses

    func restored(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        switch value {
        case .list(let items): .list(try restored(items))
        case .tuple(let items): .tuple(try restored(items))
        case .set(let items): .set(try restored(items))
        case .dict(let dictionary): try restored(dictionary)
        default: value
        }
    }

    private func restored(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        var result: [PythonValue] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try restored(item)) }
        return result
    }

    private func restored(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        if let name = dictionary[ClassDictionary.nameKey] { return try object(name, dictionary) }
        var result = dictionary
        for (key, value) in dictionary.pairs { result[key] = try restored(value) }
        return .dict(result)
    }

    private func object(_ name: PythonValue, _ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard case .str(let name) = name else { throw .malformed("the name of a class must be a str") }
        if name.contains("__") {
            let problem = "refused to deserialize types with double underscores in their name: \(name)"
            throw SerializerError(.forbiddenClass, problem)
        }
        return switch name {
        case ClassDictionary.floatName: .float(try float(dictionary))
        case ClassDictionary.uriName: .uri(try PyroURI(state: items("state", of: dictionary)))
        case ClassDictionary.proxyName: .proxy(try PyroProxy(state: items("state", of: dictionary)))
        case ClassDictionary.failedCallName: .failedCall(try failure(dictionary))
        default: try exception(name, dictionary)
        }
    }

    private func float(_ dictionary: PythonDictionary) throws(SerializerError) -> Double {
        guard dictionary["value"] == "nan" else { throw .malformed("could not convert to float") }
        return .nan
    }

    private func failure(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonException {
        guard let inner = dictionary["exception"], case .exception(let error) = try restored(inner) else {
            throw .malformed("the exception of a failed call is missing")
        }
        return error
    }

    private func exception(_ name: String, _ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard dictionary["__exception__"] == true else { throw unsupported(name) }
        let arguments = try items("args", of: dictionary)
        var attributes = PythonDictionary()
        if case .dict(let dictionary)? = dictionary["attributes"] { attributes = dictionary }
        if let type = ExceptionNames.type(name) {
            return .exception(PythonException(type, arguments, attributes: attributes))
        }
        guard unknownClasses == .opaque else { throw unsupported(name) }
        let type = ExceptionNames.parts(name)
        return .opaque(OpaqueObject(type, arguments: arguments, state: [.dict(attributes)]))
    }

    private func unsupported(_ name: String) -> SerializerError {
        SerializerError(.unsupportedClass, "unsupported serialized class: \(name)")
    }

    private func items(_ key: String, of dictionary: PythonDictionary) throws(SerializerError) -> [PythonValue] {
        switch dictionary[.str(key)] {
        case .tuple(let items)?, .list(let items)?: items
        default: throw .malformed("the \(key) of an object must be a tuple or a list")
        }
    }
}
