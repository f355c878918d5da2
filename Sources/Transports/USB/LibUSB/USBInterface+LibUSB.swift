internal import CLibUSB

extension USBInterface {
    /// Reads the descriptors of one of a device's interfaces, which libusb has already.
    init(_ number: UInt8, of pointer: OpaquePointer, _ device: USBDeviceInfo) throws(USBError) {
        var found: UnsafeMutablePointer<libusb_config_descriptor>?
        let status = unsafe libusb_get_active_config_descriptor(pointer, &found)
        guard status == 0, let found = unsafe found else {
            let name = LibUSBStatus.name(of: status)
            throw USBError(LibUSBStatus.kind(of: status), "\(device): its descriptors cannot be read: \(name)")
        }
        defer { unsafe libusb_free_config_descriptor(found) }
        let configuration = unsafe found.pointee
        for index in 0..<Int(unsafe configuration.bNumInterfaces) {
            let interface = unsafe configuration.interface[index]
            // The first of its alternate settings is the one that is in use from the start.
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
