/// A device that is announced for as long as this is there, by the thread of the client.
@safe public final class DevicePublication: CustomStringConvertible {
    public let service: DeviceService
    /// The name that it has for now; another one than the device's if another device in the network is called that.
    public private(set) var name: String

    private let client: AvahiClient
    private var group: OpaquePointer?
    private var state = State.uncommitted
    private var renamings = 0

    private enum State: Int32 {
        case uncommitted
        case registering
        case established
        case collision
        case failed
    }

    /// Begins to announce.
    public init(_ service: DeviceService, by client: AvahiClient) throws(AvahiError) {
        (self.service, self.client) = (service, client)
        name = service.object.fitting()
        unsafe group = client.functions.newGroup(
            client.pointer,
            { _, state, context in
                guard let context = unsafe context else { return }
                let publication = unsafe Unmanaged<DevicePublication>.fromOpaque(context).takeUnretainedValue()
                publication.state = State(rawValue: state) ?? .failed
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard unsafe group != nil else { throw AvahiError(client.lastError) }
        try announce()
    }

    deinit {
        if let group = unsafe group { _ = unsafe client.functions.freeGroup(group) }
    }

    public var description: String {
        let text = "\(service.object) announced by mDNS"
        return renamings == 0 ? text : "\(text) as '\(name)', since another device is announced as \(service.object)"
    }

    /// Whether it can be seen in the network by now; chooses another name if another device has the one that it had.
    public func isEstablished() throws(AvahiError) -> Bool {
        switch state {
        case .established: return true
        case .uncommitted, .registering: return false
        case .collision:
            try rename()
            try announce()
            return false
        case .failed: throw AvahiError(client.lastError)
        }
    }

    private func announce() throws(AvahiError) {
        _ = unsafe client.functions.reset(group)
        state = .uncommitted
        var status = add()
        while status == Self.collision {
            try rename()
            status = add()
        }
        if status == 0 { status = unsafe client.functions.commit(group) }
        guard status == 0 else { throw AvahiError(client.functions.text(of: status)) }
    }

    /// AVAHI_ERR_COLLISION: a service of this computer's has the name already.
    private static let collision: Int32 = -8

    private func add() -> Int32 {
        var texts: OpaquePointer?
        for (key, value) in service.properties.sorted(by: { $0.key > $1.key }) {
            unsafe texts = client.functions.addPair(texts, key, value)
        }
        defer { unsafe client.functions.freeTexts(texts) }
        return unsafe client.functions.addService(
            group,
            service.interface,
            service.family.rawValue,
            0,
            name,
            DeviceService.type,
            nil,
            nil,
            service.port,
            texts
        )
    }

    /// `Camera`, then `Camera @ scope-pc`, then `Camera @ scope-pc #2`.
    private func rename() throws(AvahiError) {
        renamings += 1
        guard renamings < 100 else { throw AvahiError("each of 100 names is that of another device") }
        if renamings == 1, let host = client.hostName {
            name = service.object.fitting(with: " @ \(host)")
        } else if let other = unsafe client.functions.alternative(name) {
            name = unsafe String(cString: other)
            unsafe client.functions.freeMemory(other)
        }
    }
}
