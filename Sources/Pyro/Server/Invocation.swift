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
        self.context = context
    }

    var isBatch: Bool { request.header.flags.contains(.batch) }

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
            try object.set(try attribute(call, 2), to: call.arguments.positional[1], context)
            return try value(.none)
        default:
            return try value(try perform(call.method, call.arguments, object))
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
            _ = try perform(call.method, call.arguments, object)
        }
    }

    private func perform(_ method: String, _ arguments: CallArguments, _ object: any PyroObject) throws -> PythonValue {
        try refusePrivate(method)
        return try object.call(method, arguments, context).value
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
        try checkMethods(of: calls, object)
        var results: [PythonValue] = []
        results.reserveCapacity(calls.count)
        for call in calls {
            do {
                let result = try object.call(call.method, call.arguments, context).value
                results.append(try server.objects.resolve(result, at: context.server))
            } catch {
                return results + [.failedCall(server.exception(error))]
            }
        }
        return results
    }

    /// Refuses the whole batch, before any call runs, if a method is unknown.
    private func checkMethods(of calls: [BatchedCall], _ object: any PyroObject) throws {
        let known = object.metadata.methods
        // Most batches call the same method repeatedly.
        var checked: String?
        for method in calls.lazy.map(\.method) where method != checked {
            try refusePrivate(method)
            guard known.contains(method) else {
                throw PythonException("AttributeError", "the object has no attribute '\(method)'")
            }
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
            let client = context.client.map { "client \($0)" } ?? "a client"
            let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
            let time = "\((milliseconds * 10).rounded() / 10) ms"
            server.log.debug("\(client) called \(call.object).\(call.method): \(outcome) after \(time)")
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
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    /// The greatest number of waiting calls.
    ///
    /// Beyond it the client has to wait.
    private static let limit = 1000

    private let calls: Monitor<Calls>

    init(_ name: String) {
        let calls = Monitor(Calls())
        self.calls = calls
        _ = BlockingThread(name) {
            while let call = Self.next(of: calls) { call() }
        }
    }

    func run(_ call: @escaping @Sendable () -> Void) {
        let hasRoom: Bool? = calls.wait { $0.waiting.count < Self.limit || $0.isClosed ? true : nil }
        if hasRoom == true { calls.update { $0.waiting.append(call) } }
    }

    /// Ends the thread after the waiting calls have run.
    func close() { calls.update { $0.isClosed = true } }

    private static func next(of calls: Monitor<Calls>) -> (@Sendable () -> Void)? {
        let call: (@Sendable () -> Void)?? = calls.wait { calls in
            if !calls.waiting.isEmpty { return .some(calls.waiting.removeFirst()) }
            return calls.isClosed ? .some(nil) : nil
        }
        // Wakes a client that waits for a free place.
        calls.update { _ in }
        return call ?? nil
    }
}
