internal import Devices
internal import Pickle

/// The status of a stream of data; its counts are those of all processes that have served it.
public struct StreamStatus: Sendable, Equatable {
    public var isSending: Bool
    public var sent: Int
    /// All data that were lost, wherever that was.
    public var lost: Int
    /// The URIs of the registered clients.
    public var clients: [String]
    /// Those that wait for their client, or are being sent.
    public var waiting = 0
    public var losses = Losses()
    /// The registered clients that cannot be reached at the moment.
    public var absentClients: [AbsentClient] = []
    /// Those who have subscribed by `frames_subscribe` or through shared memory.
    public var subscribers: [SubscriberStatus] = []

    /// How many data were lost at each place.
    public struct Losses: Sendable, Equatable {
        /// In the camera, its SDK or its driver.
        public var inDevice = 0
        /// In the queue of a client that was too slow.
        public var inQueue = 0
        /// By a client that was away, left, or raised an exception.
        public var withClient = 0
        /// On their way in a process that ended unexpectedly.
        public var withProcess = 0

        public init() {}
    }

    /// A client that stays registered although it cannot be reached.
    public struct AbsentClient: Sendable, Equatable {
        public var uri: String
        /// Seconds since 1970.
        public var since: Double
        /// How many data it has missed since then.
        public var missed: Int
    }
}

extension StreamStatus {
    init(
        isSending: Bool,
        _ counts: DeliveryCounts,
        clients: [String],
        absent: [AbsentClient] = [],
        subscribers: [SubscriberStatus] = []
    ) {
        self.init(isSending: isSending, sent: counts[.sent], lost: counts.lost, clients: clients)
        waiting = counts.waiting
        losses = Losses(counts)
        absentClients = absent
        self.subscribers = subscribers
    }

    /// The losses in words, the greatest first: `12 in the queue, 3 with the process`; empty if there are none.
    public var lossesInWords: String {
        let places = [
            (losses.inDevice, "in the device"), (losses.inQueue, "in the queue of a slow client"),
            (losses.withClient, "by a client that was away or refused them"),
            (losses.withProcess, "with a process that ended"),
        ]
        return places.filter { $0.0 > 0 }.sorted { $0.0 > $1.0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension StreamStatus.Losses {
    fileprivate init(_ counts: DeliveryCounts) {
        (inDevice, inQueue) = (counts[.lostInDevice], counts[.lostInQueue])
        (withClient, withProcess) = (counts[.lostWithClient], counts[.lostWithProcess])
    }
}

// MARK: Coding

extension StreamStatus {
    /// The fields of a device on its stream.
    var fields: PythonDictionary {
        [
            "sending": .bool(isSending), "sent": .int(sent), "lost": .int(lost),
            "clients": .list(clients.map(PythonValue.str)), "waiting": .int(waiting), "lost_in": losses.value,
            "absent_clients": .list(absentClients.map(\.value)), "subscribers": .list(subscribers.map(\.value)),
        ]
    }

    /// Nil if the fields are those of a device without a stream.
    init?(_ fields: inout StatusFields) {
        let isSending: Bool? = fields.take("sending")
        let (sent, lost): (Int?, Int?) = (fields.take("sent"), fields.take("lost"))
        let clients = fields.list("clients").compactMap(\.text)
        let waiting: Int? = fields.take("waiting")
        let losses = Losses(fields.take("lost_in"))
        let absent = fields.list("absent_clients").compactMap(AbsentClient.init)
        let subscribers = fields.list("subscribers").compactMap(SubscriberStatus.init)
        guard let isSending, let sent, let lost else { return nil }
        self.init(isSending: isSending, sent: sent, lost: lost, clients: clients)
        (self.waiting, self.losses, absentClients) = (waiting ?? 0, losses, absent)
        self.subscribers = subscribers
    }
}

extension StreamStatus.Losses {
    fileprivate var value: PythonValue {
        .dict([
            "device": .int(inDevice), "queue": .int(inQueue), "client": .int(withClient), "process": .int(withProcess),
        ])
    }

    fileprivate init(_ value: PythonValue) {
        var fields = StatusFields(value)
        inDevice = fields.take("device") ?? 0
        inQueue = fields.take("queue") ?? 0
        withClient = fields.take("client") ?? 0
        withProcess = fields.take("process") ?? 0
    }
}

extension StreamStatus.AbsentClient {
    fileprivate var value: PythonValue {
        .dict(["uri": .str(uri), "since": .float(since), "missed": .int(missed)])
    }

    fileprivate init?(_ value: PythonValue) {
        var fields = StatusFields(value)
        guard let uri: String = fields.take("uri") else { return nil }
        self.init(uri: uri, since: fields.take("since") ?? 0, missed: fields.take("missed") ?? 0)
    }
}

/// The fields of a dictionary that have not been read yet.
struct StatusFields {
    private(set) var rest: PythonDictionary

    init(_ value: PythonValue) {
        if case .dict(let fields) = value { rest = fields } else { rest = PythonDictionary() }
    }

    mutating func remove(_ keys: String...) { for key in keys { rest[.str(key)] = nil } }

    mutating func take(_ key: String) -> PythonValue {
        defer { rest[.str(key)] = nil }
        return rest[.str(key)] ?? .none
    }

    mutating func take(_ key: String) -> String? { (take(key) as PythonValue).text }
    mutating func take(_ key: String) -> Int? { Int(python: take(key)) }
    mutating func take(_ key: String) -> Double? { Double(python: take(key)) }
    mutating func take(_ key: String) -> Bool? { Bool(python: take(key)) }
    mutating func list(_ key: String) -> [PythonValue] { if case .list(let items) = take(key) { items } else { [] } }
}
