internal import CLibUSB

extension USBDeviceInfo {
    /// - Parameter names: whether to look up what the device is called, which the kernel has asked it when it came.
    init(_ device: OpaquePointer, names: Bool) {
        var descriptor = libusb_device_descriptor()
        unsafe libusb_get_device_descriptor(device, &descriptor)
        var ports = [UInt8](repeating: 0, count: 7)
        let count = unsafe libusb_get_port_numbers(device, &ports, 7)
        let port = USBPort(
            bus: unsafe libusb_get_bus_number(device),
            ports: Array(ports.prefix(Int(max(0, min(count, 7)))))
        )
        let text: (String) -> String? = { names ? Files.text(of: "/sys/bus/usb/devices/\(port)/\($0)") : nil }
        self.init(
            USBKind(descriptor.idVendor, descriptor.idProduct),
            at: port,
            address: unsafe libusb_get_device_address(device),
            serial: text("serial"),
            manufacturer: text("manufacturer"),
            product: text("product")
        )
    }

    /// Whether the kernel still has it where it was.
    var isPluggedIn: Bool { Files.text(of: "/sys/bus/usb/devices/\(port)/devnum") == "\(address)" }
}
