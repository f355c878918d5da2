/// A transfer as a program hands it to usbfs: `struct usbdevfs_urb` of 64-bit systems.
struct URB {
    static let size = 56

    /// Where the program has it.
    let address: UInt
    /// Which of the times that the node was opened it belongs to.
    let opening: Int
    let isControl: Bool
    let endpoint: UInt8
    let buffer: UInt
    let length: Int

    var status: Int32 = 0
    var bytes: [UInt8] = []
    var count = 0
    /// Where in the buffer the bytes go.
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
