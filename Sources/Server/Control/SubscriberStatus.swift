internal import Pickle

/// The status of a subscriber to a stream, as the methods `frames_offer` and `frames_subscribe` make them.
public struct SubscriberStatus: Sendable, Equatable {
    /// What the client calls itself.
    public var name: String
    /// Its address, or its process on this machine.
    public var peer: String
    /// `shared_memory` or `connection`.
    public var way: String
    /// `newest` or `all`.
    public var policy: String
    public var sent: Int
    var lost = PlacesOfLoss()
    /// Frames that a live view did not want, because it was busy.
    public var skipped = 0
    /// The slots that it has.
    public var held = 0
    public var waiting = 0
    /// The bytes of frames that it holds or that wait for it.
    public var bytes = 0
    /// Slots given back that it did not have.
    public var refused = 0

    /// All data that it did not get, wherever they were lost.
    public var lostTotal: Int { lost.total }

    /// One line: who, how, and how many.
    public var summary: String {
        let who = name.isEmpty ? peer : "\(name) (\(peer))"
        let ways = ["shared_memory": "by shared memory", "connection": "by its own connection"]
        let places = PlacesOfLoss.Place.allCases.filter { lost[$0] > 0 }.map { "\(lost[$0]) \(Self.words($0))" }
        var text = "subscriber \(who) \(ways[way] ?? way), \(policy): \(sent) sent"
        if !places.isEmpty { text += "; lost \(places.joined(separator: ", "))" }
        if skipped > 0 { text += "; \(skipped) skipped" }
        if bytes > 0 { text += "; holds \((bytes + (1 << 20) - 1) >> 20) MiB" }
        if refused > 0 { text += "; gave back \(refused) slots that it did not have" }
        return text
    }

    private static func words(_ place: PlacesOfLoss.Place) -> String {
        switch place {
        case .camera: "in the camera"
        case .sdk: "in the SDK or driver"
        case .server: "in the server"
        case .network: "by the network"
        case .client: "by this client"
        case .process: "with a process that ended"
        }
    }
}

extension SubscriberStatus {
    var value: PythonValue {
        .dict([
            "name": .str(name), "peer": .str(peer), "way": .str(way), "policy": .str(policy), "sent": .int(sent),
            "lost": .int(lost.total), "lost_in": lost.value, "skipped": .int(skipped), "held": .int(held),
            "waiting": .int(waiting), "bytes": .int(bytes), "refused": .int(refused),
        ])
    }

    init?(_ value: PythonValue) {
        var fields = StatusFields(value)
        guard let peer: String = fields.take("peer"), let way: String = fields.take("way") else { return nil }
        self.init(
            name: fields.take("name") ?? "",
            peer: peer,
            way: way,
            policy: fields.take("policy") ?? "",
            sent: fields.take("sent") ?? 0
        )
        var places = StatusFields(fields.take("lost_in"))
        for place in PlacesOfLoss.Place.allCases { lost[place] = places.take("\(place)") ?? 0 }
        skipped = fields.take("skipped") ?? 0
        held = fields.take("held") ?? 0
        waiting = fields.take("waiting") ?? 0
        bytes = fields.take("bytes") ?? 0
        refused = fields.take("refused") ?? 0
    }
}
