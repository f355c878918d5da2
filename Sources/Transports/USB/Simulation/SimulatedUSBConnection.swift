internal import Threads

/// The interface of a simulated device, without a bus in between.
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
        try checkIsThere()
        guard let answer = model.answer(request, []) else {
            throw stalled("control \(request)")
        }
        return Array(answer.prefix(length))
    }

    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError) {
        try checkIsThere()
        guard model.answer(request, bytes) != nil else {
            throw stalled("control \(request)")
        }
    }

    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        let end = ContinuousClock.now + limit
        while true {
            try checkIsThere()
            switch model.send(from: endpoint.address) {
            case .bytes(let bytes): return Array(bytes.prefix(length))
            case .stalled: throw stalled("endpoint \(Hexadecimal.text(endpoint.address))")
            case .nothing: break
            }
            guard ContinuousClock.now < end else {
                let name = "endpoint \(Hexadecimal.text(endpoint.address))"
                throw USBError(.timeout, "\(device), \(name): no answer in time")
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError) {
        try checkIsThere()
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

    private func stalled(_ what: String) -> USBError { USBError(.stalled, "\(device), \(what): it refused") }
}
