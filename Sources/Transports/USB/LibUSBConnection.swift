internal import CLibUSB
internal import Platform

/// An interface of a real device.
@safe final class LibUSBConnection: USBConnection {
    let device: USBDeviceInfo
    let interface: USBInterface
    /// Nil once closed.
    private var handle: OpaquePointer?
    private let context: LibUSBContext

    init(_ pointer: OpaquePointer, _ device: USBDeviceInfo, interface: UInt8, context: LibUSBContext) throws(USBError) {
        self.device = device
        self.context = context
        self.interface = unsafe try USBInterface(interface, of: pointer, device)
        unsafe handle = nil
        var handle: OpaquePointer?
        try check(unsafe libusb_open(pointer, &handle), "open")
        unsafe self.handle = unsafe handle
        do throws(USBError) {
            // libusb takes the interface from the kernel's driver now, and returns it at the end.
            _ = unsafe libusb_set_auto_detach_kernel_driver(handle, 1)
            try check(unsafe libusb_claim_interface(handle, Int32(interface)), "claim interface \(interface)")
        } catch {
            unsafe libusb_close(handle)
            unsafe self.handle = nil
            throw error
        }
    }

    deinit { close() }

    func close() {
        guard let handle = unsafe handle else { return }
        unsafe libusb_release_interface(handle, Int32(interface.number))
        unsafe libusb_close(handle)
        unsafe self.handle = nil
    }

    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(length, Int(UInt16.max)))
        let count = try transfer(request, &bytes, limit)
        return Array(bytes.prefix(count))
    }

    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError) {
        var bytes = bytes
        let count = try transfer(request, &bytes, limit)
        try checkWritten(count, of: bytes.count, "control \(request)")
    }

    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = try transfer(endpoint, &bytes, limit)
        return Array(bytes.prefix(count))
    }

    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError) {
        var bytes = bytes
        let count = try transfer(endpoint, &bytes, limit)
        try checkWritten(count, of: bytes.count, Self.name(of: endpoint))
    }

    func clearHalt(_ endpoint: USBEndpoint) throws(USBError) {
        let handle = unsafe try open()
        try check(unsafe libusb_clear_halt(handle, endpoint.address), "\(Self.name(of: endpoint)): clear halt")
    }

    // MARK: Transfers

    private func transfer(
        _ request: ControlRequest,
        _ bytes: inout [UInt8],
        _ limit: Duration
    ) throws(USBError) -> Int {
        let handle = unsafe try open()
        let status = unsafe libusb_control_transfer(
            handle,
            request.type,
            request.request,
            request.value,
            request.index,
            &bytes,
            UInt16(clamping: bytes.count),
            Self.milliseconds(limit)
        )
        try check(min(status, 0), "control \(request)")
        return min(Int(max(status, 0)), bytes.count)
    }

    private func transfer(_ endpoint: USBEndpoint, _ bytes: inout [UInt8], _ limit: Duration) throws(USBError) -> Int {
        let handle = unsafe try open()
        let (length, milliseconds) = (Int32(clamping: bytes.count), Self.milliseconds(limit))
        var count: Int32 = 0
        let status =
            switch endpoint.kind {
            case .bulk:
                unsafe libusb_bulk_transfer(handle, endpoint.address, &bytes, length, &count, milliseconds)
            case .interrupt:
                unsafe libusb_interrupt_transfer(handle, endpoint.address, &bytes, length, &count, milliseconds)
            case .control, .isochronous: LIBUSB_ERROR_NOT_SUPPORTED.rawValue
            }
        // Bytes that came before the time limit must not be lost.
        let hasSome = endpoint.isIn && count > 0 && status == LIBUSB_ERROR_TIMEOUT.rawValue
        if !hasSome { try check(status, Self.name(of: endpoint)) }
        return min(Int(max(count, 0)), bytes.count)
    }

    private static func name(of endpoint: USBEndpoint) -> String { "endpoint \(Hexadecimal.text(endpoint.address))" }

    /// At least one, since zero would mean no limit.
    private static func milliseconds(_ limit: Duration) -> UInt32 {
        UInt32(max(1, min((limit / .milliseconds(1)).rounded(.up), 1e9)))
    }

    // MARK: Errors

    private func open() throws(USBError) -> OpaquePointer {
        guard let handle = unsafe handle else { throw USBError(.disconnected, "\(device) has been closed") }
        return unsafe handle
    }

    private func checkWritten(_ count: Int, of wanted: Int, _ what: String) throws(USBError) {
        guard count < wanted else { return }
        throw USBError(.failed, "\(device), \(what): took only \(count) of \(wanted) bytes")
    }

    private func check(_ status: Int32, _ what: String) throws(USBError) {
        guard status < 0 else { return }
        var kind = LibUSBStatus.kind(of: status)
        // A transfer may fail with another error before libusb notices that the device is gone.
        if kind == .failed, !device.isPluggedIn { kind = .disconnected }
        throw USBError(kind, "\(device), \(what): \(advice(kind) ?? LibUSBStatus.name(of: status))")
    }

    private func advice(_ kind: USBError.Kind) -> String? {
        switch kind {
        case .disconnected: "it has been unplugged"
        case .timeout: "no answer in time"
        case .stalled: "it refused"
        case .accessDenied: "this user may not write to \(device.node)"
        case .busy: "it is in use by \(holders)"
        default: nil
        }
    }

    private var holders: String {
        // In a test the file is in another folder, under the same name.
        let names = FileHolders { $0.hasSuffix(device.node) }.names
        return names.isEmpty ? "another program or a kernel driver" : names.joined(separator: " and ")
    }
}

extension USBDeviceInfo {
    /// - Parameter names: whether to look up the device's names, which the kernel has read when it was plugged in.
    init(_ device: OpaquePointer, names: Bool) {
        var descriptor = libusb_device_descriptor()
        unsafe libusb_get_device_descriptor(device, &descriptor)
        var ports = [UInt8](repeating: 0, count: 7)
        let count = unsafe libusb_get_port_numbers(device, &ports, 7)
        let port = USBPort(
            bus: unsafe libusb_get_bus_number(device),
            ports: Array(ports.prefix(Int(max(0, min(count, 7)))))
        )
        let text: (String) -> String? = { names ? FileSystem.text(of: "/sys/bus/usb/devices/\(port)/\($0)") : nil }
        self.init(
            USBKind(descriptor.idVendor, descriptor.idProduct),
            at: port,
            address: unsafe libusb_get_device_address(device),
            serial: text("serial"),
            manufacturer: text("manufacturer"),
            product: text("product")
        )
    }

    /// Whether the kernel still has it at the same place.
    var isPluggedIn: Bool { FileSystem.text(of: "/sys/bus/usb/devices/\(port)/devnum") == "\(address)" }
}

extension USBInterface {
    /// Reads the descriptors of one interface, which libusb has already fetched.
    init(_ number: UInt8, of pointer: OpaquePointer, _ device: USBDeviceInfo) throws(USBError) {
        var found: UnsafeMutablePointer<libusb_config_descriptor>?
        let status = unsafe libusb_get_active_config_descriptor(pointer, &found)
        guard status == 0, let found = unsafe found else {
            let name = LibUSBStatus.name(of: status)
            throw USBError(LibUSBStatus.kind(of: status), "\(device): cannot read its descriptors: \(name)")
        }
        defer { unsafe libusb_free_config_descriptor(found) }
        let configuration = unsafe found.pointee
        for index in 0..<Int(unsafe configuration.bNumInterfaces) {
            let interface = unsafe configuration.interface[index]
            // The first of its alternate settings is active from the start.
            guard unsafe interface.num_altsetting > 0, let descriptor = unsafe interface.altsetting?.pointee else {
                continue
            }
            if unsafe descriptor.bInterfaceNumber == number {
                unsafe self.init(descriptor)
                return
            }
        }
        throw USBError(.notFound, "\(device) has no interface \(number)")
    }

    private init(_ descriptor: libusb_interface_descriptor) {
        let endpoints = unsafe (0..<Int(descriptor.bNumEndpoints)).compactMap { index -> USBEndpoint? in
            guard let endpoint = unsafe descriptor.endpoint?[index] else { return nil }
            let (address, attributes) = unsafe (endpoint.bEndpointAddress, endpoint.bmAttributes)
            // The lower eleven bits are the size.
            let size = unsafe Int(endpoint.wMaxPacketSize & 0x7ff)
            return USBEndpoint.Kind(rawValue: attributes & 3).map { USBEndpoint(address, $0, packetSize: size) }
        }
        unsafe self.init(descriptor.bInterfaceNumber, function: descriptor.bInterfaceClass, endpoints: endpoints)
    }
}
