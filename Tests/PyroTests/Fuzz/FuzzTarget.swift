import Glibc
import Pickle

@testable import Pyro

/// A reader of bytes from the network, with the facts that must hold for any bytes.
///
/// Used by the program in `Tests/Fuzz`, and by the tests with the inputs that it has found.
enum FuzzTarget: String, CaseIterable {
    case pickle, serpent, json, marshal, msgpack, call, message, uri, frames

    /// The broken fact for an input, if there is one.
    func problem(with input: [UInt8]) -> String? {
        switch self {
        case .pickle: Self.pickleProblem(input)
        case .serpent: Self.problem(.serpent, input)
        case .json: Self.problem(.json, input)
        case .marshal: Self.problem(.marshal, input)
        case .msgpack: Self.problem(.msgpack, input)
        case .call: Self.callProblem(input)
        case .message: Self.messageProblem(input)
        case .uri: Self.uriProblem(input)
        case .frames: Self.framesProblem(input)
        }
    }

    /// A value that was read can be written, and from then on reading and writing change nothing.
    ///
    /// The first time they may: serpent reads the bytes that it writes as a dictionary.
    private static func problem(_ id: SerializerID, _ input: [UInt8]) -> String? {
        guard let value = try? id.serializer.decode(input[...], unknownClasses: .opaque) else { return nil }
        guard let written = bytes(id, value) else { return nil }
        guard let again = try? id.serializer.decode(written[...], unknownClasses: .opaque) else {
            return "\(id) does not read what it has written: \(value)"
        }
        guard let first = bytes(id, again) else { return "\(id) does not write what it has read: \(again)" }
        let second = (try? id.serializer.decode(first[...], unknownClasses: .opaque)).flatMap { bytes(id, $0) }
        guard second == first else { return "\(id) changes a value: \(value)" }
        // The other formats must write it or refuse it.
        for other in SerializerID.allCases { _ = bytes(other, value) }
        _ = ("\(value)", value.typeName, value.hashValue)
        return nil
    }

    private static func pickleProblem(_ input: [UInt8]) -> String? {
        _ = try? PickleReader.read(input[...], limits: PickleLimits(depth: 8, weight: 100, integerBytes: 16))
        _ = try? PickleReader.read(input[...])
        return problem(.pickle, input)
    }

    private static func callProblem(_ input: [UInt8]) -> String? {
        guard let first = input.first, let id = SerializerID(rawValue: UInt16(first)),
            let call = try? id.serializer.decodeCall(input.dropFirst())
        else { return nil }
        var written = Segments()
        guard (try? id.serializer.encodeCall(call, to: &written)) != nil else { return nil }
        guard let again = try? id.serializer.decodeCall(written.joined()[...]) else {
            return "\(id) does not read a call that it has written"
        }
        guard again.object == call.object, again.method == call.method else { return "\(id) changes a call" }
        for argument in call.arguments.positional { _ = try? BatchedCall(argument) }
        _ = (call.object.shown, call.method.shown)
        return nil
    }

    private static func bytes(_ id: SerializerID, _ value: PythonValue) -> [UInt8]? {
        var out = Segments()
        guard (try? id.serializer.encode(value, to: &out)) != nil else { return nil }
        return out.joined()
    }

    /// A connection reads messages until the first that it refuses, with a key if the first byte is odd.
    private static func messageProblem(_ input: [UInt8]) -> String? {
        // More would have to wait for the reader.
        guard let first = input.first, input.count < 100_000 else { return nil }
        var options = WireOptions()
        options.maximumLength = 1 << 16
        if first % 2 == 1 { options.hmacKey = Array("secret".utf8) }
        var pair: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else { return "no sockets" }
        let (writer, reader) = (Socket(descriptor: pair[0]), Socket(descriptor: pair[1]))
        guard (try? writer.write(Array(input.dropFirst()))) != nil else { return "no room in a socket" }
        shutdown(writer.descriptor, Int32(SHUT_WR))
        let connection = Connection(reader, options, greetingWithin: .seconds(10))
        connection.greeted(readingWithin: .seconds(10))
        while let message = try? connection.receive() {
            guard let payload = try? message.bytes else { continue }
            if payload.count > options.maximumLength { return "a payload of \(payload.count) bytes" }
            _ = message.reply(.result)
            guard let id = SerializerID(rawValue: message.header.serializer) else { continue }
            _ = try? id.serializer.decodeCall(payload)
        }
        return nil
    }

    /// A record of a subscriber is refused, or has the length that its head says and no more slots than it may have.
    private static func framesProblem(_ input: [UInt8]) -> String? {
        guard let head = try? FrameRecord.Head(input[...]) else {
            return (try? FrameRecord.Request(input[...])) == nil ? nil : "a record without a head is read"
        }
        guard head.length <= FrameRecord.longest else { return "a record of \(head.length) bytes" }
        guard let request = try? FrameRecord.Request(input[...]) else { return nil }
        if input.count != head.length { return "a record of \(input.count) bytes is read as one of \(head.length)" }
        if case .give(_, let slots) = request, slots.count > 1024 { return "\(slots.count) slots" }
        return nil
    }

    /// A URI that was read is read from its text alike.
    private static func uriProblem(_ input: [UInt8]) -> String? {
        let text = String(decoding: input, as: UTF8.self)
        if let network = try? ClientNetwork(text), (try? ClientNetwork("\(network)")) != network {
            return "the network \(network) is not read from its own text"
        }
        guard let uri = PyroURI(text) else { return nil }
        return PyroURI(uri.text) == uri ? nil : "the URI \(uri.text) is not read from its own text"
    }
}
