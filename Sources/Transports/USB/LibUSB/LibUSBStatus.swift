internal import CLibUSB

/// What libusb answers to a call: what kind of error it stands for, and its name.
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
