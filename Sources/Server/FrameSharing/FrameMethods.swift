internal import Devices
internal import Glibc
internal import Pickle
internal import Platform
internal import Pyro

/// The methods by which clients subscribe to the data of a device, which do not wait for the device itself.
struct FrameMethods: Sendable {
    enum Row: String, CaseIterable {
        case offer = "frames_offer"
        case subscribe = "frames_subscribe"
    }

    static let names = Row.allCases.map(\.rawValue)

    private let stream: DataStream
    private let service: FrameService
    /// Called before a client subscribes, so that frames come with the present settings.
    private let refresh: @Sendable () -> Void

    init(to stream: DataStream, _ service: FrameService, refresh: @escaping @Sendable () -> Void) {
        (self.stream, self.service, self.refresh) = (stream, service, refresh)
    }

    func call(_ row: Row, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        switch row {
        case .offer:
            try arguments.decode(for: row.rawValue)
            refresh()
            return offer
        case .subscribe:
            let wanted: PythonValue = try arguments.decode(
                for: row.rawValue,
                Parameter("wanted", default: PythonValue.dict([:]))
            )
            refresh()
            return try subscribe(wanted, context)
        }
    }

    private var offer: PythonValue {
        var (path, reason) = (PythonValue.none, PythonValue.none)
        switch service.place() {
        case .success(let place): path = .str(place)
        case .failure(let refusal): reason = .str(refusal.text)
        }
        return .dict([
            "version": .int(FrameRecord.version), "object": .str(stream.id), "kind": .str(stream.kind),
            "boot_id": .str(Self.bootID), "socket": path, "no_socket": reason,
            "uid": .int(Int(geteuid())),
            "users": .str(service.options.sharing == .allUsers ? "all" : "own"), "ticket": .str(service.ticket),
            "compressions": .list(PixelCompression.available.map { .str($0.name) }),
            "memory": .int(service.options.memory), "queue": .int(Subscription.longestQueue),
            "subscribers": .int(FrameService.mostSubscribers),
        ])
    }

    private static var bootID: String {
        String((FileSystem.text(of: "/proc/sys/kernel/random/boot_id") ?? "").prefix { !$0.isWhitespace })
    }

    private func subscribe(_ value: PythonValue, _ context: CallContext) throws -> PythonValue {
        guard case .dict = value else { throw RemoteError.type("what is wanted is a dict, not \(value.typeName)") }
        guard let handover = context.handover else {
            throw PythonException("RuntimeError", "wanted: a subscription needs a call of its own, with a reply")
        }
        do throws(FrameRefusal) {
            let wanted = try Subscription(value)
            let peer = context.client.map { "\($0)" } ?? "a client of this computer"
            let subscriber = try service.subscriber(wanted, from: peer, to: stream, on: nil)
            let answer = service.answer(to: wanted, stream, "connection", isSigned: handover.isSigned)
            // Before the answer is sent, so that no frame after it is missed.
            stream.subscribers.add(subscriber)
            context.end.perform("subscription of \(stream.id)") { [stream, service] _ in
                stream.subscribers.remove(subscriber)
                service.noteEnd()
            }
            handover.take { [stream, service] connection in
                let reason = try? subscriber.serve(on: connection) { stream.number }
                service.noteFaults(of: subscriber, peer, reason ?? nil)
            }
            return answer
        } catch {
            guard error.code != .wanted else { throw RemoteError.value(error.text) }
            throw PythonException("RuntimeError", "\(error.code): \(error.text)")
        }
    }
}
