import Glibc

/// One opening of a device's node by a program.
final class Opening: FileAnswering {
    private let device: VirtualUSBDevice
    private let number: Int

    init(_ device: VirtualUSBDevice, _ number: Int) {
        self.device = device
        self.number = number
    }

    /// The lower byte of the usbfs ioctls, from `linux/usbdevice_fs.h`.
    private enum Request: UInt {
        case setInterface = 4, setConfiguration = 5, getDriver = 8
        case submit = 10, discard, reap, reapNoDelay
        case claim = 15, release
        case ioctl = 18
        case reset = 20, clearHalt, disconnect, connect
        case getCapabilities = 26, disconnectAndClaim
    }

    func hasClosed() { device.close(number) }

    func answer(_ request: UInt, _ argument: UInt, of client: PreloadClient) -> (result: Int, error: Int32)? {
        switch Request(rawValue: request & 0xff) {
        case .submit:
            let urb = URB(client.read(argument, count: URB.size), at: argument, opening: number)
            return device.submit(urb, from: client)
        case .reap, .reapNoDelay: return device.reap(for: number, into: argument, of: client)
        case .discard: return device.discard(argument, of: number)
        case .claim: return device.claim(by: number, takesFromDriver: false)
        case .disconnectAndClaim: return device.claim(by: number, takesFromDriver: true)
        case .release: return device.release(by: number)
        case .getCapabilities:
            // Zero packets, packets of any size, and results after unplugging.
            client.write(UInt32(0x01 | 0x04 | 0x10 | 0x20), to: argument)
            return (0, 0)
        case .getDriver: return tellDriver(argument, client)
        case .ioctl:
            let code = client.read(argument + 4, count: 4)
            return device.setDriver(isAttached: code.first == UInt8(Request.connect.rawValue))
        case .clearHalt:
            device.clearHalt(client.read(argument, count: 1)[0])
            return (0, 0)
        case .setInterface, .setConfiguration, .reset: return (0, 0)
        case .disconnect, .connect, nil: return (-1, ENOTTY)
        }
    }

    /// `struct usbdevfs_getdriver`: the interface's number, and room for 256 bytes of a name.
    private func tellDriver(_ argument: UInt, _ client: PreloadClient) -> (result: Int, error: Int32) {
        guard let name = device.hasOwner ? "usbfs" : device.driver else { return (-1, ENODATA) }
        client.write(Array(name.utf8) + [0], to: argument + 4)
        return (0, 0)
    }
}

/// A transfer as a program passes it to usbfs: `struct usbdevfs_urb` of 64-bit systems.
struct URB {
    static let size = 56

    /// Its address in the program.
    let address: UInt
    /// The number of the opening that it belongs to.
    let opening: Int
    let isControl: Bool
    let endpoint: UInt8
    let buffer: UInt
    let length: Int

    var status: Int32 = 0
    var bytes: [UInt8] = []
    var count = 0
    /// The place of the bytes in the buffer.
    var offset: UInt = 0

    init(_ bytes: [UInt8], at address: UInt, opening: Int) {
        self.address = address
        self.opening = opening
        isControl = bytes[0] == 2
        endpoint = bytes[1]
        let number: (Range<Int>) -> UInt = { bytes[$0].reversed().reduce(0) { $0 << 8 | UInt($1) } }
        buffer = number(16..<24)
        length = Int(number(24..<28))
    }
}
