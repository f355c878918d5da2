internal import CLibUSB
internal import Glibc
internal import Platform

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
            throw USBError(.failed, "cannot watch for devices that come and go: \(LibUSBStatus.name(of: status))")
        }
    }

    private func forEachDevice(_ body: (OpaquePointer) -> Void) throws(USBError) {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = unsafe libusb_get_device_list(context.pointer, &list)
        guard count >= 0, let list = unsafe list else {
            throw USBError(.failed, "cannot list USB devices: \(LibUSBStatus.name(of: Int32(clamping: count)))")
        }
        defer { unsafe libusb_free_device_list(list, 1) }
        for index in 0..<count {
            if let device = unsafe list[index] { unsafe body(device) }
        }
    }
}

/// A session with libusb, which ends with its last user.
// Why unchecked: libusb's contexts may be used by several threads at once, as its documentation says; all else here is
// constant or has a lock.
@safe final class LibUSBContext: @unchecked Sendable {
    let pointer: OpaquePointer
    private let isStopping = Lock(false)
    /// Kept as long as the context, since libusb may call a watcher while it is being removed.
    private let watchers = Lock<[LibUSBWatcher]>([])

    init() throws(USBError) {
        var context: OpaquePointer?
        let status = unsafe libusb_init(&context)
        guard status == 0, let context = unsafe context else {
            throw USBError(.failed, "cannot start libusb: \(LibUSBStatus.name(of: status))")
        }
        unsafe pointer = unsafe context
    }

    deinit { unsafe libusb_exit(pointer) }

    func add(_ watcher: LibUSBWatcher) { watchers.withLock { $0.append(watcher) } }

    /// Runs libusb's event handling until ``stop()``.
    func handleEvents() {
        while !isStopping.withLock({ $0 }) {
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            let status = unsafe libusb_handle_events_timeout_completed(pointer, &limit, nil)
            // Otherwise a call that fails at once would keep a core busy.
            if status != 0 { Pause.wait(for: .milliseconds(100)) }
        }
    }

    func stop() {
        isStopping.withLock { $0 = true }
        unsafe libusb_interrupt_event_handler(pointer)
    }
}

/// A listener for devices that come and go.
final class LibUSBWatcher {
    private let kinds: [USBKind]
    private let handler: @Sendable (USBEvent) -> Void

    init(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) {
        self.kinds = kinds
        self.handler = handler
    }

    /// Registers the listener with libusb.
    func register(in context: LibUSBContext) -> Int32 {
        let events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
        return unsafe libusb_hotplug_register_callback(
            context.pointer,
            Int32(events),
            0,
            LIBUSB_HOTPLUG_MATCH_ANY,
            LIBUSB_HOTPLUG_MATCH_ANY,
            LIBUSB_HOTPLUG_MATCH_ANY,
            { _, device, event, watcher in
                guard let device = unsafe device, let watcher = unsafe watcher else { return 0 }
                unsafe Unmanaged<LibUSBWatcher>.fromOpaque(watcher).takeUnretainedValue().note(device, event)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque(),
            nil
        )
    }

    private func note(_ device: OpaquePointer, _ event: libusb_hotplug_event) {
        // Names are left out: the files that hold them have gone with the device.
        let info = unsafe USBDeviceInfo(device, names: false)
        guard kinds.contains(info.kind) else { return }
        handler(event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED ? .arrived(info) : .left(info))
    }
}

/// The status codes of libusb, with their names and kinds of error.
enum LibUSBStatus {
    static func name(of status: Int32) -> String { unsafe String(cString: libusb_error_name(status)) }

    static func kind(of status: Int32) -> USBError.Kind {
        switch libusb_error(rawValue: status) {
        case LIBUSB_ERROR_NO_DEVICE: .disconnected
        case LIBUSB_ERROR_TIMEOUT: .timeout
        case LIBUSB_ERROR_PIPE: .stalled
        case LIBUSB_ERROR_OVERFLOW: .overflow
        case LIBUSB_ERROR_ACCESS: .accessDenied
        case LIBUSB_ERROR_BUSY: .busy
        case LIBUSB_ERROR_NOT_FOUND: .notFound
        default: .failed
        }
    }
}
