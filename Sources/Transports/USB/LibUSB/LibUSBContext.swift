internal import CLibUSB
internal import Glibc
internal import Threads

/// A session with libusb, which ends when its last user has gone.
// Why unchecked: libusb's contexts may be used by several threads at once, as its documentation says; the watcher is
// set once, before any other thread looks at it.
@safe final class LibUSBContext: @unchecked Sendable {
    let pointer: OpaquePointer
    private let isStopping = Monitor(false)
    /// Lives as long as the context, since libusb may be calling it while it is being taken back.
    private var watchers: [LibUSBWatcher] = []

    init() throws(USBError) {
        var context: OpaquePointer?
        let status = unsafe libusb_init(&context)
        guard status == 0, let context = unsafe context else {
            throw USBError(.failed, "libusb does not start: \(LibUSBStatus.name(of: status))")
        }
        unsafe pointer = unsafe context
    }

    deinit { unsafe libusb_exit(pointer) }

    func add(_ watcher: LibUSBWatcher) { watchers.append(watcher) }

    /// Lets libusb do what it has to when something happens, until told to stop.
    func handleEvents() {
        while !isStopping.withLock({ $0 }) {
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            let status = unsafe libusb_handle_events_timeout_completed(pointer, &limit, nil)
            // What fails at once would else keep a core busy.
            if status != 0 { Pause.wait(for: .milliseconds(100)) }
        }
    }

    func stop() {
        isStopping.withLock { $0 = true }
        unsafe libusb_interrupt_event_handler(pointer)
    }
}
