internal import CLibUdev
internal import Glibc

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

    init(_ number: Int32) { description = "udev cannot list devices: \(reason(number))" }
}
