internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro
internal import Synchronization

/// The exclusive right of one connection to change a device, for a limited time.
struct Lease: Sendable {
    /// The name that its holder has given.
    let owner: String
    /// The number of the holder's connection.
    let connection: Int
    /// The holder's address; nil for a Unix socket.
    let client: Endpoint?
    /// When it began, in seconds since 1970.
    let since: Double
    let end: ContinuousClock.Instant

    var isOver: Bool { ContinuousClock.now >= end }

    /// The holder for messages: `'anna' (client 192.168.7.5:50211)`.
    var holder: String { "'\(owner)' (\(client.map { "client \($0)" } ?? "a client of this computer"))" }
}

/// The leases of the devices of a process.
///
/// A lease on a device holds for its parts as well, and one on a part keeps others from changing the whole.
final class Leases: Sendable {
    private let leases = Lock<[String: Lease]>([:])
    private let count = Atomic(0)

    /// The longest lease that can be asked for, in seconds; it can be renewed.
    static let longest = 86_400.0
    private static let longestName = 100

    // MARK: Asking

    /// The lease of a device; nil if nobody holds it.
    func lease(of id: String) -> Lease? {
        guard count.load(ordering: .acquiring) > 0 else { return nil }
        return leases.withLock { $0[id] }.flatMap { $0.isOver ? nil : $0 }
    }

    /// Throws if another connection holds a lease on a device, on the whole it belongs to, or on one of its parts.
    ///
    /// Cheap while there are no leases, since every call that changes something asks.
    func check(_ id: String, for connection: Int) throws {
        guard count.load(ordering: .acquiring) > 0 else { return }
        let found = leases.withLock { Self.others(than: connection, of: id, in: $0).first }
        guard let (device, lease) = found else { return }
        throw Self.refusal(device, lease)
    }

    /// The leases of other connections that keep one from changing a device.
    private static func others(than connection: Int, of id: String, in leases: [String: Lease]) -> [String: Lease] {
        leases.filter { concerns($0.key, id) && !$0.value.isOver && $0.value.connection != connection }
    }

    private static func concerns(_ one: String, _ other: String) -> Bool {
        one == other || one.hasPrefix(other + ".") || other.hasPrefix(one + ".")
    }

    private static func refusal(_ device: String, _ lease: Lease) -> PythonException {
        let rest = (lease.end - .now).formatted
        return PythonException(
            "RuntimeError",
            "\(device) is locked by \(lease.holder) since \(LogTime(secondsSince1970: lease.since).text), for at most "
                + "\(rest) more; others may only read until then"
        )
    }

    // MARK: Taking and returning

    /// Takes or renews a lease.
    ///
    /// - Parameters:
    ///   - seconds: how long it lasts unless it is renewed or returned.
    ///   - takeOver: the name of the present holder, whose lease ends; nil to respect it.
    /// - Returns: the lease that was taken over.
    func take(
        _ id: String,
        for owner: String,
        _ seconds: Double,
        takingOverFrom takeOver: String?,
        _ context: CallContext
    ) throws -> Lease? {
        guard !owner.isEmpty, owner.count <= Self.longestName else {
            throw RemoteError.value("the owner of a lock is a name of 1 to \(Self.longestName) characters")
        }
        guard seconds > 0, seconds <= Self.longest else {
            throw RemoteError.value("a lock lasts up to \(Int(Self.longest)) seconds, not \(seconds)")
        }
        let lost = try leases.update { leases in
            let others = Self.others(than: context.connection, of: id, in: leases)
            if let other = others.first(where: { $0.value.owner != takeOver }) {
                throw Self.refusal(other.key, other.value)
            }
            for key in others.keys { leases[key] = nil }
            leases[id] = Lease(
                owner: owner,
                connection: context.connection,
                client: context.client,
                since: Self.since(of: leases[id], for: owner, context.connection),
                end: .now + .seconds(seconds)
            )
            leases = leases.filter { !$0.value.isOver }
            count.store(leases.count, ordering: .releasing)
            return others.values.first
        }
        context.end.perform("lease of \(id)") { [self] _ in _ = give(back: id, for: context.connection) }
        return lost
    }

    /// The beginning of a lease that is renewed, or now.
    private static func since(of old: Lease?, for owner: String, _ connection: Int) -> Double {
        guard let old, !old.isOver, old.connection == connection, old.owner == owner else { return Timestamp.now }
        return old.since
    }

    /// Ends the lease of a connection.
    ///
    /// - Returns: whether the connection had one.
    @discardableResult
    func give(back id: String, for connection: Int) -> Bool {
        leases.update { leases in
            guard leases[id]?.connection == connection else { return false }
            leases[id] = nil
            count.store(leases.count, ordering: .releasing)
            return true
        }
    }
}

/// The methods by which clients lock a device, which do not wait for the device itself.
struct LeaseMethods: Sendable {
    enum Row: String, CaseIterable {
        case lock, unlock
        case lockOwner = "lock_owner"
    }

    static let names = Row.allCases.map(\.rawValue)

    private let id: String
    private let leases: Leases
    private let log: Logger

    init(of id: String, _ leases: Leases, log: Logger) { (self.id, self.leases, self.log) = (id, leases, log) }

    func call(_ row: Row, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        switch row {
        case .lock:
            let (owner, seconds, takeOver): (String, Double, PythonValue) = try arguments.decode(
                for: row.rawValue,
                "owner",
                "seconds",
                Parameter("take_over", default: PythonValue.none)
            )
            try lock(owner, seconds, takeOver, context)
        case .unlock:
            try arguments.decode(for: row.rawValue)
            try unlock(context)
        case .lockOwner:
            try arguments.decode(for: row.rawValue)
            return leases.lease(of: id).map { .str($0.owner) } ?? .none
        }
        return .none
    }

    private func lock(_ owner: String, _ seconds: Double, _ takeOver: PythonValue, _ context: CallContext) throws {
        guard takeOver == .none || takeOver.text != nil else {
            throw RemoteError.type("take_over is the name of the present holder, not \(takeOver.typeName)")
        }
        let lost = try leases.take(id, for: owner, seconds, takingOverFrom: takeOver.text, context)
        let holder = leases.lease(of: id)?.holder ?? "'\(owner)'"
        if let lost {
            log.warning("\(id): its lock was taken over by \(holder) from \(lost.holder)")
        } else {
            log.info("\(id): locked by \(holder) for \(Duration.seconds(seconds).formatted)")
        }
    }

    private func unlock(_ context: CallContext) throws {
        if leases.give(back: id, for: context.connection) { return log.info("\(id): unlocked") }
        try leases.check(id, for: context.connection)
    }
}
