internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscription to a device, by one of the ways, for one thread.
protocol FrameSource: AnyObject {
    var way: FrameWay { get }
    /// What has arrived; nil after the limit, after a signal, or for news that nobody needs.
    func next(or wakeup: Wakeup, within limit: Duration) throws -> FrameItem?
}

/// A datum, an error or the end, as a subscription brings it.
enum FrameItem {
    /// With its time, in seconds since 1970.
    case datum(PythonValue, Double, FrameFacts)
    /// An error that the device sent in place of a datum.
    case failure(String)
    /// The server has ended the subscription.
    case end(SubscriptionEnd)

    /// From a record that is not a frame; nil for news that nobody needs.
    init?(_ head: FrameMessage.Head, _ header: ArraySlice<UInt8>, _ extra: ArraySlice<UInt8>) throws {
        let json = extra.prefix(head.extraLength)
        switch head.kind {
        case .value, .failure:
            guard header.count >= FrameMessage.valueLength else { throw FrameMessage.Malformed("a short header") }
            let value = try SerializerID.json.value(of: json)
            if head.kind == .value {
                self = .datum(value, header.timestamp, FrameFacts(value: header))
            } else {
                self = .failure(SubscriptionEnd(value).text)
            }
        case .end, .refused: self = .end(SubscriptionEnd(try SerializerID.json.value(of: json)))
        default: return nil
        }
    }
}

/// The reason for which a server refuses or ends a subscription.
struct SubscriptionEnd: Error, CustomStringConvertible {
    let code, text: String
    /// The reasons that pass: the server ends, or its process is another one now.
    private static let passing: Set = ["stopping", "closed", "ticket"]

    init(_ code: String, _ text: String) { (self.code, self.text) = (code, text) }

    init(_ value: PythonDictionary) {
        self.init(value["code"].flatMap(String.init(python:)) ?? "", value["text"].flatMap(String.init(python:)) ?? "")
    }

    init(_ value: PythonValue) {
        if case .dict(let value) = value { self.init(value) } else { self.init("", "") }
    }

    var mayPass: Bool { Self.passing.contains(code) }
    var description: String { text }
}

extension ArraySlice<UInt8> {
    /// The host time in a header.
    var timestamp: Double { Double(bitPattern: little(at: 24, 8)) }
}
