internal import CLibUdev
internal import Glibc
internal import Threads

/// What udev knows of this computer's devices, through libudev.
enum Udev {
    /// The devices of a subsystem that are there now.
    ///
    /// - Returns: those with hardware behind them: the kernel makes names for dozens of terminals that have none.
    /// - Throws: when the kernel does not tell of its devices.
    static func devices(in subsystem: String) throws(UdevError) -> [UdevDevice] {
        guard let udev = unsafe udev_new() else { throw UdevError(ENOMEM) }
        defer { unsafe udev_unref(udev) }
        guard let search = unsafe udev_enumerate_new(udev) else { throw UdevError(ENOMEM) }
        defer { unsafe udev_enumerate_unref(search) }
        try check(unsafe udev_enumerate_add_match_subsystem(search, subsystem))
        try check(unsafe udev_enumerate_scan_devices(search))
        var devices: [UdevDevice] = []
        var entry = unsafe udev_enumerate_get_list_entry(search)
        while let current = unsafe entry {
            if let path = unsafe udev_list_entry_get_name(current), unsafe !isVirtual(path) {
                // Nil if it has been unplugged meanwhile.
                if let device = unsafe udev_device_new_from_syspath(udev, path) {
                    devices.append(unsafe UdevDevice(device))
                }
            }
            unsafe entry = unsafe udev_list_entry_get_next(current)
        }
        return devices
    }

    private static func isVirtual(_ path: UnsafePointer<CChar>) -> Bool {
        unsafe String(cString: path).hasPrefix("/sys/devices/virtual/")
    }

    private static func check(_ status: Int32) throws(UdevError) {
        guard status < 0 else { return }
        throw UdevError(-status)
    }
}

/// Why udev cannot tell of devices.
struct UdevError: Error, CustomStringConvertible {
    let description: String

    init(_ number: Int32) { description = "udev cannot list devices: \(SystemError.text(number))" }
}

/// A device that udev knows, of any subsystem; for the thread that asked for it.
@safe final class UdevDevice {
    private let pointer: OpaquePointer

    /// - Parameter pointer: a reference to the device, given up to this.
    init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe udev_device_unref(pointer) }

    /// The kernel's name of it: `ttyUSB0`, or `1-4.2`.
    var name: String { unsafe Self.text(udev_device_get_sysname(pointer)) ?? "" }

    /// Its file: `/dev/ttyUSB0`; nil if it has none.
    var node: String? { unsafe Self.text(udev_device_get_devnode(pointer)) }

    /// What udev's rules have found out; nil where udevd does not run, as in a container.
    func property(_ name: String) -> String? { unsafe Self.text(udev_device_get_property_value(pointer, name)) }

    /// What the kernel tells, in a file of its name.
    func attribute(_ name: String) -> String? { unsafe Self.text(udev_device_get_sysattr_value(pointer, name)) }

    /// The nearest device above it, of a kind.
    func parent(in subsystem: String, of type: String) -> UdevDevice? {
        guard let parent = unsafe udev_device_get_parent_with_subsystem_devtype(pointer, subsystem, type) else {
            return nil
        }
        // It goes with its child unless it is held.
        return unsafe udev_device_ref(parent).map { unsafe UdevDevice($0) }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }
}
