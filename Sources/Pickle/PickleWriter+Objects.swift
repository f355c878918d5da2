extension PickleWriter {
    /// Writes a class or function by its name, which is known to be valid.
    mutating func put(_ module: StaticString, _ name: StaticString) {
        emit(.global)
        putLine(module)
        putLine(name)
    }

    private mutating func putLine(_ text: StaticString) {
        text.withUTF8Buffer { unsafe out.append(contentsOf: $0) }
        out.append(0x0A)
    }

    mutating func put(_ type: PythonClass) throws(PickleError) {
        emit(.global)
        for text in [type.module, type.name] {
            // A line feed would end the name, and the rest would be read as instructions.
            guard (1...PickleLimits.nameBytes).contains(text.utf8.count), !text.utf8.contains(0x0A) else {
                throw .notWritable("a class named \(type)")
            }
            out.append(contentsOf: text.utf8)
            out.append(0x0A)
        }
    }

    /// Writes a value as a call of the class or function that makes it.
    mutating func putObject(_ value: PythonValue) throws(PickleError) {
        switch value {
        case .enumMember(let type, let value):
            try put(type)
            put(value)
            emit(.tuple1)
            emit(.reduce)
        case .namedTuple(let type, let items):
            try put(type)
            try putTuple(items)
            emit(.newObject)
        case .exception(let exception): try put(exception)
        case .failedCall(let exception):
            put("Pyro4.futures", "_ExceptionWrapper")
            try nest { (writer) throws(PickleError) in
                try writer.putEmpty(state: .dict(["exception": .exception(exception)]))
            }
        case .uri(let uri): try put(uri)
        case .proxy(let proxy): try put(proxy)
        case .array(let array): try put(array)
        case .scalar(let element): putScalar(element)
        case .dtype(let type): put(type)
        default: try putPlainObject(value)
        }
    }

    private mutating func putPlainObject(_ value: PythonValue) throws(PickleError) {
        switch value {
        case .complex(let real, let imaginary):
            try putCall("builtins", "complex", [.float(real), .float(imaginary)])
        case .range(let start, let stop, let step):
            try putCall("builtins", "range", [.int(start), .int(stop), .int(step)])
        // Python 3.7 has no instruction for a bytearray.
        case .bytearray(let bytes): try putCall("builtins", "bytearray", [.bytes(bytes)])
        case .date(let date): try put(date)
        case .decimal(let text):
            guard DecimalText.isDecimal(text) else { throw .notWritable("the decimal number \(text)") }
            try putCall("decimal", "Decimal", [.str(text)])
        case .uuid(let text):
            guard let integer = UUIDText.integer(text) else { throw .notWritable("the UUID \(text)") }
            put("uuid", "UUID")
            try putEmpty(state: .dict(["int": PythonValue(integer)]))
        case .notImplemented: put("builtins", "NotImplemented")
        case .reference(let object): throw .notWritable("object \(object), which has no proxy")
        default: throw .notWritable("an object of class \(value.typeName)")
        }
    }

    mutating func putCall(
        _ module: StaticString,
        _ name: StaticString,
        _ arguments: [PythonValue]
    ) throws(PickleError) {
        put(module, name)
        try putTuple(arguments)
        emit(.reduce)
    }

    /// Writes an empty object of the class on the stack, and its state.
    mutating func putEmpty(state: PythonValue) throws(PickleError) {
        emit(.emptyTuple)
        emit(.newObject)
        try put(state)
        emit(.build)
    }

    private mutating func put(_ exception: PythonException) throws(PickleError) {
        try put(exception.type)
        try putTuple(exception.arguments)
        emit(.reduce)
        guard !exception.attributes.isEmpty else { return }
        try nest { (writer) throws(PickleError) in try writer.put(exception.attributes) }
        emit(.build)
    }
}
