internal import Devices
internal import Platform

/// A bus with simulated devices, in place of the computer's.
public final class SimulatedUSBBus: USBBus {
    struct Plugged: Sendable {
        let info: USBDeviceInfo
        let model: any SimulatedUSBDevice
        var isClaimed = false
    }

    private struct State: Sendable {
        var devices: [Plugged] = []
        var lastAddress: UInt8 = 1
        var handlers: [@Sendable (USBEvent) -> Void] = []
        var orders: OrderedFaults?
    }

    private let state = Lock(State())

    public init() {}

    /// Plugs a device in at a free port.
    public func plugIn(_ model: any SimulatedUSBDevice, at port: USBPort) {
        model.powerUp()
        let (info, handlers) = state.withLock { state in
            state.lastAddress = state.lastAddress < 127 ? state.lastAddress + 1 : 2
            let info = model.description.info(at: port, address: state.lastAddress)
            state.devices.append(Plugged(info: info, model: model))
            return (info, state.handlers)
        }
        for handler in handlers { handler(.arrived(info)) }
    }

    /// Unplugs the device at a port, even while it is in use.
    public func unplug(_ port: USBPort) {
        let (device, handlers) = state.withLock { state -> (Plugged?, [@Sendable (USBEvent) -> Void]) in
            let index = state.devices.firstIndex { $0.info.port == port }
            return (index.map { state.devices.remove(at: $0) }, state.handlers)
        }
        guard let device else { return }
        for handler in handlers { handler(.left(device.info)) }
    }

    public func devices(_ kinds: [USBKind]) -> [USBDeviceInfo] {
        let infos = state.withLock { $0.devices.map(\.info) }
        return infos.filter { kinds.contains($0.kind) }.sorted { $0.port < $1.port }
    }

    public func open(_ device: USBDeviceInfo, interface: UInt8) throws(USBError) -> any USBConnection {
        let found: Plugged? = try state.withLock { state throws(USBError) in
            guard let index = state.devices.firstIndex(where: { $0.info == device }) else { return nil }
            guard !state.devices[index].isClaimed else { throw USBError(.busy, "\(device): it is in use") }
            state.devices[index].isClaimed = true
            return state.devices[index]
        }
        guard let found else { throw USBError(.disconnected, "\(device) is no longer plugged in") }
        return SimulatedUSBConnection(found.info, found.model, on: self)
    }

    public func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) {
        state.withLock { state in
            state.handlers.append { event in
                switch event {
                case .arrived(let info), .left(let info): if kinds.contains(info.kind) { handler(event) }
                }
            }
        }
    }

    /// The faults that are ordered for what is plugged in.
    var orders: OrderedFaults? { state.withLock(\.orders) }

    func setOrders(_ orders: OrderedFaults) { state.withLock { $0.orders = orders } }

    func isTaken(_ port: USBPort) -> Bool { state.withLock { $0.devices.contains { $0.info.port == port } } }

    func has(_ device: USBDeviceInfo) -> Bool { state.withLock { $0.devices.contains { $0.info == device } } }

    func release(_ device: USBDeviceInfo) {
        state.withLock { state in
            guard let index = state.devices.firstIndex(where: { $0.info == device }) else { return }
            state.devices[index].isClaimed = false
        }
    }
}

/// A connection to a simulated device, without a bus in between.
final class SimulatedUSBConnection: USBConnection {
    let device: USBDeviceInfo
    private let model: any SimulatedUSBDevice
    private let bus: SimulatedUSBBus
    private var isOpen = true

    init(_ device: USBDeviceInfo, _ model: any SimulatedUSBDevice, on bus: SimulatedUSBBus) {
        self.device = device
        self.model = model
        self.bus = bus
    }

    deinit { close() }

    var interface: USBInterface { model.description.interface }

    func close() {
        guard isOpen else { return }
        isOpen = false
        bus.release(device)
    }

    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        try begin("control \(request)", limit)
        guard let answer = model.answer(request, []) else {
            throw stalled("control \(request)")
        }
        guard let bytes = arriving(answer) else { throw late("control \(request)") }
        return Array(bytes.prefix(length))
    }

    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError) {
        try begin("control \(request)", limit)
        guard model.answer(request, bytes) != nil else {
            throw stalled("control \(request)")
        }
    }

    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        let end = ContinuousClock.now + limit
        while true {
            try begin("endpoint \(Hexadecimal.text(endpoint.address))", end - .now)
            switch model.send(from: endpoint.address) {
            case .bytes(let bytes):
                if let bytes = arriving(bytes) { return Array(bytes.prefix(length)) }
            case .stalled: throw stalled("endpoint \(Hexadecimal.text(endpoint.address))")
            case .nothing: break
            }
            guard ContinuousClock.now < end else {
                throw late("endpoint \(Hexadecimal.text(endpoint.address))")
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError) {
        try begin("endpoint \(Hexadecimal.text(endpoint.address))", limit)
        guard model.receive(bytes, at: endpoint.address) else {
            throw stalled("endpoint \(Hexadecimal.text(endpoint.address))")
        }
    }

    func clearHalt(_ endpoint: USBEndpoint) throws(USBError) {
        try checkIsThere()
        model.clearHalt(endpoint.address)
    }

    private func checkIsThere() throws(USBError) {
        guard isOpen else { throw USBError(.disconnected, "\(device) has been closed") }
        guard bus.has(device) else { throw USBError(.disconnected, "\(device): it has been unplugged") }
    }

    /// Begins a transfer, under the fault that is ordered for the device.
    private func begin(_ what: String, _ limit: Duration) throws(USBError) {
        try checkIsThere()
        guard let orders = bus.orders, orders.fault != nil else { return }
        let isHeard = orders.begins(within: limit)
        try checkIsThere()
        if !isHeard { throw late(what) }
    }

    private func arriving(_ bytes: [UInt8]) -> [UInt8]? {
        guard let orders = bus.orders else { return bytes }
        return orders.arriving(bytes)?.bytes
    }

    private func late(_ what: String) -> USBError { USBError(.timeout, "\(device), \(what): no answer in time") }

    private func stalled(_ what: String) -> USBError { USBError(.stalled, "\(device), \(what): it refused") }
}
