internal import CLibUdev

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
