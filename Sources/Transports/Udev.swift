internal import CLibUdev
internal import Glibc
internal import Platform

/// The devices of this computer that udev knows, through libudev.
enum Udev {
    /// The devices of a subsystem that are present now.
    ///
    /// - Returns: only devices with hardware behind them; the kernel names dozens of terminals that have none.
    /// - Throws: if the kernel does not list its devices.
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
                // Nil if it has been unplugged in the meantime.
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

/// The reason why udev cannot list devices.
struct UdevError: Error, CustomStringConvertible {
    let description: String

    init(_ number: Int32) { description = "udev cannot list devices: \(SystemError.text(number))" }
}

/// A device of any subsystem, for the thread that asked udev for it.
@safe final class UdevDevice {
    private let pointer: OpaquePointer

    /// - Parameter pointer: a reference to the device; this object releases it.
    init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe udev_device_unref(pointer) }

    /// The kernel's name for it: `ttyUSB0`, or `1-4.2`.
    var name: String { unsafe Self.text(udev_device_get_sysname(pointer)) ?? "" }

    /// Its file, such as `/dev/ttyUSB0`; nil if it has none.
    var node: String? { unsafe Self.text(udev_device_get_devnode(pointer)) }

    /// A property set by udev's rules; nil where udevd is not running, as in a container.
    func property(_ name: String) -> String? { unsafe Self.text(udev_device_get_property_value(pointer, name)) }

    /// An attribute from the kernel, which has a file for each.
    func attribute(_ name: String) -> String? { unsafe Self.text(udev_device_get_sysattr_value(pointer, name)) }

    /// The nearest device of a kind above it.
    func parent(in subsystem: String, of type: String) -> UdevDevice? {
        guard let parent = unsafe udev_device_get_parent_with_subsystem_devtype(pointer, subsystem, type) else {
            return nil
        }
        // It is freed with its child unless it is retained.
        return unsafe udev_device_ref(parent).map { unsafe UdevDevice($0) }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }
}
