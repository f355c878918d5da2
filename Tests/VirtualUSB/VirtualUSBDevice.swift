import Glibc
import Platform
public import Transports

/// A simulated device that is plugged in at a testbed: its files in sysfs, its node, and the ioctls of usbfs.
public final class VirtualUSBDevice: Sendable {
    public let info: USBDeviceInfo
    private let model: any SimulatedUSBDevice
    private let testbed: Testbed
    private let state = Lock(State())

    struct State {
        var pending: [URB] = []
        var done: [URB] = []
        /// The opening that has claimed the interface.
        var owner: Int?
        /// The kernel driver that has the interface.
        var driver: String?
        var isPluggedIn = false
        var gate: ReadyGate?
    }

    init(_ model: any SimulatedUSBDevice, _ info: USBDeviceInfo, in testbed: Testbed) {
        self.model = model
        self.info = info
        self.testbed = testbed
    }

    /// The kernel driver that has the device now.
    public var driver: String? { state.withLock { $0.driver } }

    /// Forbids or allows opening the device.
    public func setAccess(_ isAllowed: Bool) { unsafe chmod("\(testbed.folder)\(info.node)", isAllowed ? 0o666 : 0) }

    // MARK: Plugging

    private var usualDriver: String? { model.description.interface.function == 3 ? "usbhid" : nil }

    func plugIn() throws(TestbedError) {
        model.powerUp()
        let id = Int(info.address)
        try testbed.serve("ioctl\(info.node)") { [self] number in Opening(self, number) }
        testbed.makeFolder("dev/bus/usb/\(info.node.split(separator: "/").dropLast().last ?? "")")
        let gate = try ReadyGate(at: testbed.folder + info.node)
        state.update { [usualDriver] state in
            state = State()
            (state.driver, state.isPluggedIn, state.gate) = (usualDriver, true, gate)
        }
        for (name, text) in attributes { testbed.write("\(text)\n".utf8, to: "sys\(path)/\(name)") }
        testbed.write(model.description.device + model.description.configuration, to: "sys\(path)/descriptors")
        let depth = path.split(separator: "/").count
        testbed.link("sys\(path)/subsystem", to: String(repeating: "../", count: depth) + "bus/usb")
        testbed.link("sys/bus/usb/devices/\(info.port)", to: "../../..\(path)")
        testbed.link("sys/dev/char/\(numbers(id))", to: "../..\(path)")
        testbed.link("dev/.node/\(nodeName)", to: numbers(id))
        testbed.tell("add", path, properties)
        startPump()
    }

    /// Unplugs the device, even while it is in use.
    public func unplug() {
        state.update { state in
            state.isPluggedIn = false
            for urb in state.pending { state.finish(urb, status: -ESHUTDOWN) }
            state.pending = []
            state.gate?.set(isReady: true)
        }
        for name in [
            String(info.node.dropFirst()), "ioctl\(info.node)", "sys/bus/usb/devices/\(info.port)",
            "sys/dev/char/\(numbers(Int(info.address)))", "dev/.node/\(nodeName)", "sys\(path)",
        ] { testbed.removeAll(name) }
        testbed.tell("remove", path, properties)
    }

    private var path: String { "/devices/pci0000:00/0000:00:14.0/usb\(info.port.bus)/\(info.port)" }
    private var nodeName: String { info.node.dropFirst(5).split(separator: "/").joined(separator: "_") }
    private func numbers(_ address: Int) -> String { "189:\(address - 1)" }

    private var attributes: [(String, String)] {
        [
            ("busnum", "\(info.port.bus)"), ("devnum", "\(info.address)"), ("bConfigurationValue", "1"),
            ("speed", "12"),
            ("devpath", info.port.ports.map { "\($0)" }.joined(separator: ".")),
            ("idVendor", Hexadecimal.text(info.kind.vendor)), ("idProduct", Hexadecimal.text(info.kind.product)),
            ("uevent", properties.map { "\($0)=\($1)" }.joined(separator: "\n")),
        ]
            + [("serial", info.serial), ("manufacturer", info.manufacturer), ("product", info.product)]
            .compactMap { name, text in text.map { (name, $0) } }
    }

    private var properties: [(String, String)] {
        [
            ("DEVTYPE", "usb_device"), ("DEVNAME", info.node), ("MAJOR", "189"), ("MINOR", "\(info.address - 1)"),
            ("BUSNUM", String(info.node.split(separator: "/").dropLast().last ?? "")),
            ("DEVNUM", String(info.node.split(separator: "/").last ?? "")),
            ("ID_VENDOR_ID", Hexadecimal.text(info.kind.vendor)), ("ID_MODEL_ID", Hexadecimal.text(info.kind.product)),
        ]
    }

    // MARK: Transfers

    /// Fetches the device's output while a transfer waits for it.
    private func startPump() {
        BlockingThread.startEventually("usb device") { [self] in
            while true {
                let goesOn: Bool? = state.wait { state in
                    state.isPluggedIn ? (state.pending.isEmpty ? nil : true) : false
                }
                guard goesOn == true else { return }
                state.withLock { pump(&$0) }
                Pause.wait(for: .milliseconds(1))
            }
        }
    }

    private func pump(_ state: inout State) {
        var rest: [URB] = []
        for urb in state.pending {
            switch model.send(from: urb.endpoint) {
            case .bytes(let bytes): state.finish(urb, bytes: Array(bytes.prefix(urb.length)))
            case .stalled: state.finish(urb, status: -EPIPE)
            case .nothing: rest.append(urb)
            }
        }
        state.pending = rest
        state.showReadiness()
    }

    func submit(_ urb: URB, from client: PreloadClient) -> (result: Int, error: Int32) {
        state.update { state in
            guard state.isPluggedIn else { return (-1, ENODEV) }
            if urb.isControl {
                control(urb, client.read(urb.buffer, count: urb.length), &state)
            } else if state.owner != urb.opening {
                return (-1, ENOENT)
            } else if urb.endpoint & 0x80 != 0 {
                state.pending.append(urb)
            } else {
                let isTaken = model.receive(client.read(urb.buffer, count: urb.length), at: urb.endpoint)
                state.finish(urb, status: isTaken ? 0 : -EPIPE, count: isTaken ? urb.length : 0)
            }
            pump(&state)
            return (0, 0)
        }
    }

    private func control(_ urb: URB, _ bytes: [UInt8], _ state: inout State) {
        guard let setup = SetupPacket(bytes) else { return state.finish(urb, status: -EINVAL) }
        let data = Array(bytes.dropFirst(8).prefix(setup.length))
        guard let answer = model.answer(setup.request, data) else { return state.finish(urb, status: -EPIPE) }
        guard setup.request.isFromDevice else { return state.finish(urb, count: data.count) }
        state.finish(urb, bytes: Array(answer.prefix(setup.length)), offset: 8)
    }

    func reap(for opening: Int, into argument: UInt, of client: PreloadClient) -> (result: Int, error: Int32) {
        state.update { state in
            guard let index = state.done.firstIndex(where: { $0.opening == opening }) else {
                return (-1, state.isPluggedIn ? EAGAIN : ENODEV)
            }
            let urb = state.done.remove(at: index)
            client.write(urb.bytes, to: urb.buffer + urb.offset)
            client.write(urb.status, to: urb.address + 4)
            client.write(Int32(clamping: urb.count), to: urb.address + 28)
            client.write(UInt64(urb.address), to: argument)
            state.showReadiness()
            return (0, 0)
        }
    }

    func discard(_ address: UInt, of opening: Int) -> (result: Int, error: Int32) {
        state.update { state in
            let isIt: (URB) -> Bool = { $0.address == address && $0.opening == opening }
            guard let index = state.pending.firstIndex(where: isIt) else { return (-1, EINVAL) }
            state.finish(state.pending.remove(at: index), status: -ENOENT)
            state.showReadiness()
            return (0, 0)
        }
    }

    // MARK: The interface

    /// - Parameter takesFromDriver: whether the kernel driver loses the interface.
    func claim(by opening: Int, takesFromDriver: Bool) -> (result: Int, error: Int32) {
        state.update { state in
            guard state.isPluggedIn else { return (-1, ENODEV) }
            let isFree = state.owner == nil || state.owner == opening
            guard isFree, takesFromDriver || state.driver == nil else { return (-1, EBUSY) }
            (state.owner, state.driver) = (opening, nil)
            return (0, 0)
        }
    }

    func release(by opening: Int) -> (result: Int, error: Int32) {
        state.update { state in
            guard state.owner == opening else { return (-1, state.isPluggedIn ? EINVAL : ENODEV) }
            state.owner = nil
            return (0, 0)
        }
    }

    /// Gives the interface to the kernel driver, or takes it away.
    func setDriver(isAttached: Bool) -> (result: Int, error: Int32) {
        state.update { [usualDriver] state in
            guard state.isPluggedIn else { return (-1, ENODEV) }
            if isAttached {
                guard state.owner == nil, state.driver == nil else { return (-1, EBUSY) }
                state.driver = usualDriver
                return (usualDriver == nil ? 0 : 1, 0)
            }
            guard state.driver != nil else { return (-1, ENODATA) }
            state.driver = nil
            return (0, 0)
        }
    }

    var hasOwner: Bool { state.withLock { $0.owner != nil } }

    func clearHalt(_ endpoint: UInt8) { model.clearHalt(endpoint) }

    func close(_ opening: Int) {
        state.update { state in
            // As in the kernel: the claim ends, but the kernel driver does not come back.
            if state.owner == opening { state.owner = nil }
            state.pending.removeAll { $0.opening == opening }
            state.done.removeAll { $0.opening == opening }
            state.showReadiness()
        }
    }
}

extension VirtualUSBDevice.State {
    fileprivate mutating func finish(
        _ urb: URB,
        status: Int32 = 0,
        bytes: [UInt8] = [],
        count: Int? = nil,
        offset: UInt = 0
    ) {
        var urb = urb
        (urb.status, urb.bytes, urb.count, urb.offset) = (status, bytes, count ?? bytes.count, offset)
        done.append(urb)
    }

    fileprivate func showReadiness() { gate?.set(isReady: !done.isEmpty || !isPluggedIn) }
}

/// The eight bytes in front of every control transfer.
struct SetupPacket {
    let request: ControlRequest
    /// The number of bytes that follow, or are asked for.
    let length: Int

    /// Nil if there are too few bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        let word: (Int) -> UInt16 = { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        request = ControlRequest(type: bytes[0], request: bytes[1], value: word(2), index: word(4))
        length = Int(word(6))
    }
}
