internal import CLibUSB

/// Whoever wants to know of devices that come and go.
final class LibUSBWatcher {
    private let kinds: [USBKind]
    private let handler: @Sendable (USBEvent) -> Void

    init(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) {
        self.kinds = kinds
        self.handler = handler
    }

    /// Has libusb tell of what comes and goes from now on.
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
                unsafe Unmanaged<LibUSBWatcher>.fromOpaque(watcher).takeUnretainedValue().tell(of: device, event)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque(),
            nil
        )
    }

    private func tell(of device: OpaquePointer, _ event: libusb_hotplug_event) {
        // Names are left out: the files that tell them have gone with the device.
        let info = unsafe USBDeviceInfo(device, names: false)
        guard kinds.contains(info.kind) else { return }
        handler(event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED ? .arrived(info) : .left(info))
    }
}
