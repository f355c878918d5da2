internal import Logging
internal import Pickle
internal import Platform

/// One request for a call, and the making of its reply.
struct Invocation: Sendable {
    private let request: ReceivedMessage
    private let serializer: SerializerID
    let server: PyroServer
    let context: CallContext

    init(_ request: ReceivedMessage, _ serializer: SerializerID, _ server: PyroServer, _ context: CallContext) {
        self.request = request
        self.serializer = serializer
        self.server = server
        // Another protocol begins behind the reply of a single call.
        var context = context
        if !request.header.flags.isDisjoint(with: [.batch, .oneway]) { context.handover = nil }
        self.context = context
    }

    var isBatch: Bool { request.header.flags.contains(.batch) }

    /// The number of bytes of the request that a waiting call keeps in memory.
    var byteCount: Int { (try? request.bytes.count) ?? 0 }

    func decode() throws -> WireCall {
        if let id = request.annotations["CORR"], id.count != 16 {
            throw PythonException("ValueError", "a correlation id has 16 bytes, not \(id.count)")
        }
        guard !request.header.flags.contains(.keepSerialized) else {
            throw PythonException.pyro("PyroError", "calls with serialized blobs are not supported")
        }
        return try server.format(serializer).decodeCall(try request.bytes)
    }

    func reply(to call: WireCall) throws -> Message {
        let object = try server.objects.find(call.object)
        if isBatch { return try value(.list(try batch(call, object)), .batch) }
        switch call.method {
        case "__getattr__":
            return try value(try object.get(try attribute(call, 1), context))
        case "__setattr__":
            let name = try attribute(call, 2)
            try checkAccess(name, isReading: false, call)
            try object.set(name, to: call.arguments.positional[1], context)
            return try value(.none)
        default: return try value(try perform(call, object))
        }
    }

    /// Carries out a call without a reply.
    func performOnly(_ call: WireCall) throws {
        let object = try server.objects.find(call.object)
        if isBatch {
            _ = try batch(call, object)
        } else if call.method.hasPrefix("__") {
            _ = try reply(to: call)
        } else {
            _ = try perform(call, object)
        }
    }

    private func perform(_ call: WireCall, _ object: any PyroObject) throws -> PythonValue {
        try refusePrivate(call.method)
        try checkAccess(call.method, isReading: object.isReading(call.method), call)
        return try object.call(call.method, call.arguments, context)
    }

    /// Refuses a call that the access rules do not allow.
    private func checkAccess(_ name: String, isReading: Bool, _ call: WireCall) throws {
        let host = context.client.hostName
        let reason: String
        if context.access != .full, !isReading {
            reason = "clients at \(host) may only read"
        } else if !server.options.access.permits(name, for: context.client) {
            reason = "clients at \(host) may not call this method"
        } else {
            return
        }
        server.refusals.write(
            "\(host) \(reason)",
            .warning,
            "refused \(name.shown) of \(call.object.shown) for \(context.client.clientName): \(reason)"
        )
        throw PythonException.pyro("SecurityError", "'\(name.shown)' is refused: \(reason)")
    }

    private func refusePrivate(_ name: String) throws {
        guard name.utf8.first != UInt8(ascii: "_") else {
            throw PythonException("AttributeError", "attempt to access private attribute '\(name)'")
        }
    }

    private func attribute(_ call: WireCall, _ count: Int) throws -> String {
        guard call.arguments.positional.count == count, case .str(let name)? = call.arguments.positional.first else {
            throw PythonException("TypeError", "\(call.method)() takes the name of an attribute")
        }
        try refusePrivate(name)
        return name
    }

    /// Runs the calls of a batch up to the first failure.
    ///
    /// The exception is the last result.
    private func batch(_ call: WireCall, _ object: any PyroObject) throws -> [PythonValue] {
        let calls = try call.arguments.positional.map(BatchedCall.init)
        try checkMethods(of: calls, call, object)
        var results: [PythonValue] = []
        results.reserveCapacity(calls.count)
        var byteCount = 0
        for call in calls {
            do {
                let result = try object.call(call.method, call.arguments, context)
                byteCount += result.roughByteCount
                guard byteCount <= server.options.longestBatchReply else {
                    throw PythonException.pyro("PyroError", "the results of the batch are longer than a message can be")
                }
                results.append(try server.objects.resolve(result, at: context.server))
            } catch {
                return results + [.failedCall(server.exception(error))]
            }
        }
        return results
    }

    /// Refuses the whole batch, before any call runs, if a method is unknown or not allowed.
    private func checkMethods(of calls: [BatchedCall], _ batch: WireCall, _ object: any PyroObject) throws {
        let known = object.metadata.methods
        // Most batches call the same method repeatedly.
        var checked: String?
        for method in calls.lazy.map(\.method) where method != checked {
            try refusePrivate(method)
            guard known.contains(method) else {
                throw PythonException("AttributeError", "the object has no attribute '\(method)'")
            }
            try checkAccess(method, isReading: object.isReading(method), batch)
            checked = method
        }
    }

    private func value(_ value: PythonValue, _ flags: MessageFlags = []) throws -> Message {
        var reply = request.reply(.result, flags)
        let resolved = try server.objects.resolve(value, at: context.server)
        try server.format(serializer).encode(resolved, to: &reply.payload)
        return reply
    }
}

/// One call of a batch: (method, args, kwargs).
struct BatchedCall: Sendable {
    let method: String
    let arguments: CallArguments

    init(_ value: PythonValue) throws {
        switch value {
        case .tuple(let parts) where parts.count == 3, .list(let parts) where parts.count == 3:
            method = try WireCall.method(parts[0])
            arguments = try CallArguments(wire: parts[1], keywords: parts[2])
        default: throw PythonException.pyro("PyroError", "a batch is a list of (method, args, kwargs)")
        }
    }
}

extension Invocation {
    /// Carries out a call and logs it at `debug`, with the client, the outcome and the time.
    func logging<Result>(_ call: WireCall, _ perform: () throws -> Result) throws -> Result {
        guard server.log.logLevel <= .debug else { return try perform() }
        let begin = ContinuousClock.now
        func report(_ outcome: String) {
            let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
            let time = "\((milliseconds * 10).rounded() / 10) ms"
            server.log.debug(
                "\(context.client.clientName) called \(call.object.shown).\(call.method.shown): \(outcome) after \(time)"
            )
        }
        do {
            let result = try perform()
            report("done")
            return result
        } catch {
            report("\(server.exception(error))")
            throw error
        }
    }
}

/// The thread for the oneway calls of one connection.
///
/// They run in order while the connection continues to read.
final class OnewayLane: Sendable {
    private struct Calls {
        var waiting: [(byteCount: Int, perform: @Sendable () -> Void)] = []
        var byteCount = 0
        var isClosed = false

        /// Whether another call may wait: a single one may be of any size.
        func hasRoom(_ options: ServerOptions) -> Bool {
            waiting.isEmpty || waiting.count < OnewayLane.limit && byteCount < options.wire.maximumLength / 4
        }
    }

    /// The greatest number of waiting calls.
    ///
    /// Beyond it the client has to wait.
    private static let limit = 1000

    private let calls: Lock<Calls>
    private let options: ServerOptions

    init(_ name: String, _ options: ServerOptions) throws {
        let calls = Lock(Calls())
        (self.calls, self.options) = (calls, options)
        try options.startThread(name) {
            while let call = Self.next(of: calls) { call() }
        }
    }

    /// Adds a call, and waits for room if there is none.
    func run(_ byteCount: Int, _ call: @escaping @Sendable () -> Void) {
        let options = options
        let hasRoom: Bool? = calls.wait { $0.hasRoom(options) || $0.isClosed ? true : nil }
        guard hasRoom == true else { return }
        calls.update { calls in
            calls.waiting.append((byteCount, call))
            calls.byteCount += byteCount
        }
    }

    /// Ends the thread after the waiting calls have run.
    func close() { calls.update { $0.isClosed = true } }

    private static func next(of calls: Lock<Calls>) -> (@Sendable () -> Void)? {
        let call: (@Sendable () -> Void)?? = calls.wait { calls in
            guard let first = calls.waiting.first else { return calls.isClosed ? .some(nil) : nil }
            calls.waiting.removeFirst()
            calls.byteCount -= first.byteCount
            return .some(first.perform)
        }
        // Wakes a client that waits for room.
        calls.update { _ in }
        return call ?? nil
    }
}

extension PythonValue {
    /// An estimate of the memory and the message that the value takes, in bytes.
    fileprivate var roughByteCount: Int {
        switch self {
        case .str(let text), .decimal(let text), .uuid(let text): 32 + text.utf8.count
        case .bytes(let bytes), .bytearray(let bytes): 32 + bytes.count
        case .array(let array), .scalar(let array): 64 + array.data.count
        case .list(let items), .tuple(let items), .set(let items), .frozenset(let items), .namedTuple(_, let items):
            items.reduce(32) { $0 + $1.roughByteCount }
        case .dict(let dictionary):
            dictionary.pairs.reduce(64) { $0 + $1.key.roughByteCount + $1.value.roughByteCount }
        default: 32
        }
    }
}

extension String {
    /// The beginning of a name from the wire, for logs and messages.
    var shown: String { shown(100) }

    /// At most this many characters of a text from the wire, without control characters.
    func shown(_ count: Int) -> String {
        let start = unicodeScalars.prefix(count)
        let text = start.map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : "\($0)" }
            .joined()
        return start.endIndex == unicodeScalars.endIndex ? text : text + "…"
    }
}
