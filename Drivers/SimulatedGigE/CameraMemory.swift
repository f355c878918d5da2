internal import Transports

/// The registers of a simulated camera: what clients read and write by address.
struct CameraMemory: Sendable {
    private var bytes: [UInt8]
    /// Where the description begins.
    static let xmlStart = 0x10000

    init(_ model: CameraModel, serial: String, userName: String, address: IPv4Address) {
        let xml = Array(model.xml.utf8)
        // Reads come in whole registers.
        bytes = [UInt8](repeating: 0, count: Self.xmlStart) + xml + [UInt8](repeating: 0, count: 8)
        typealias G = GVCP.Register
        typealias R = CameraModel.Register
        self[G.version] = 0x0001_0002
        self[G.mode] = 0x8000_0001
        // Locally administered, and the same for the same serial number.
        self[G.macHigh] = 0x0200
        self[G.macLow] = serial.utf8.reduce(5381) { $0 &* 33 &+ UInt32($1) }
        self[G.address] = address.number
        self[G.mask] = 0xff00_0000
        write("Simulated", at: G.vendor, length: 32)
        write(model.title, at: G.model, length: 32)
        write("1.0", at: G.deviceVersion, length: 32)
        write(serial, at: G.serial, length: 16)
        write(userName, at: G.userName, length: 16)
        let url = "Local:camera.xml;\(String(Self.xmlStart, radix: 16));\(String(xml.count, radix: 16))"
        write(url, at: G.url, length: 512)
        self[G.interfaces] = 1
        self[G.channels] = 1
        self[G.capabilities] = 0xc000_0007
        self[G.heartbeat] = 3000
        self[G.tickLow] = 1_000_000_000
        self[G.packetSize] = 8000
        let values: [(Int, Int)] = [
            (R.width, min(model.width, 1024) / 8 * 8), (R.height, min(model.height, 1024) / 2 * 2), (R.binningX, 1),
            (R.binningY, 1), (R.sensorWidth, model.width), (R.sensorHeight, model.height), (R.exposure, 10_000),
            (R.format, Int(model.formats[0].rawValue)), (R.mode, 1), (R.period, 40_000),
            (R.temperature, Int((38.5 as Float).bitPattern)),
        ]
        for (place, value) in values { self[UInt32(place)] = UInt32(value) }
    }

    private mutating func write(_ text: String, at address: UInt32, length: Int) {
        let text = Array(text.utf8.prefix(length - 1))
        bytes.replaceSubrange(Int(address)..<Int(address) + text.count, with: text)
    }

    /// A register inside of the memory.
    subscript(address: UInt32) -> UInt32 {
        get { bytes.number(at: Int(address)) ?? 0 }
        set { bytes.replaceSubrange(Int(address)..<Int(address) + 4, with: newValue.bigEndianBytes) }
    }

    /// A register of the model.
    subscript(feature place: Int) -> Int { Int(self[UInt32(place)]) }

    /// Whether there are registers for all of a range.
    func has(_ address: UInt32, _ count: Int) -> Bool { Int(address) + count <= bytes.count }
    func isWritable(_ address: UInt32, _ count: Int) -> Bool { Int(address) + count <= Self.xmlStart }

    func read(_ address: UInt32, _ count: Int) -> [UInt8] { Array(bytes[Int(address)..<Int(address) + count]) }

    mutating func write(_ content: [UInt8], at address: UInt32) {
        bytes.replaceSubrange(Int(address)..<Int(address) + content.count, with: content)
    }
}
