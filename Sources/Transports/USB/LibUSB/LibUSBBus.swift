internal import CLibUSB
internal import Threads

/// The computer's USB, through libusb.
public final class LibUSBBus: USBBus {
    private let context: LibUSBContext
    private let events: BlockingThread

    public init() throws(USBError) {
        let context = try LibUSBContext()
        self.context = context
        do { events = try BlockingThread.start("usb events") { context.handleEvents() } } catch {
            throw USBError(.failed, "the computer's USB cannot be watched: \(error)")
        }
    }

    deinit {
        context.stop()
        events.join()
    }

    public func devices(_ kinds: [USBKind]) throws(USBError) -> [USBDeviceInfo] {
        var infos: [USBDeviceInfo] = []
        unsafe try forEachDevice { device in
            let info = unsafe USBDeviceInfo(device, names: false)
            if kinds.contains(info.kind) { infos.append(unsafe USBDeviceInfo(device, names: true)) }
        }
        return infos.sorted { $0.port < $1.port }
    }

    public func open(_ device: USBDeviceInfo, interface: UInt8) throws(USBError) -> any USBConnection {
        var connection: LibUSBConnection?
        var failure: USBError?
        unsafe try forEachDevice { pointer in
            let info = unsafe USBDeviceInfo(pointer, names: false)
            guard connection == nil, failure == nil, info.isSamePlugging(as: device) else { return }
            do throws(USBError) {
                connection = unsafe try LibUSBConnection(pointer, device, interface: interface, context: context)
            } catch { failure = error }
        }
        if let failure { throw failure }
        guard let connection else { throw USBError(.disconnected, "\(device) is not plugged in any more") }
        return connection
    }

    public func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) throws(USBError) {
        let watcher = LibUSBWatcher(kinds, handler)
        context.add(watcher)
        let status = watcher.register(in: context)
        guard status == 0 else {
            throw USBError(.failed, "devices that come and go cannot be seen: \(LibUSBStatus.name(of: status))")
        }
    }

    private func forEachDevice(_ body: (OpaquePointer) -> Void) throws(USBError) {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = unsafe libusb_get_device_list(context.pointer, &list)
        guard count >= 0, let list = unsafe list else {
            throw USBError(.failed, "USB devices cannot be listed: \(LibUSBStatus.name(of: Int32(clamping: count)))")
        }
        defer { unsafe libusb_free_device_list(list, 1) }
        for index in 0..<count {
            if let device = unsafe list[index] { unsafe body(device) }
        }
    }
}
