/// A message of udev's to the programs that watch devices, with libudev's header in front of it.
struct UdevMessage {
    let bytes: [UInt8]

    init(subsystem: String, type: String, properties: [(String, String)]) {
        let body = properties.flatMap { name, value -> [UInt8] in Array("\(name)=\(value)".utf8) + [0] }
        var bytes = Array("libudev".utf8) + [0]
        func add(_ number: UInt32) { unsafe withUnsafeBytes(of: number) { unsafe bytes.append(contentsOf: $0) } }
        add(UInt32(0xfeed_cafe).bigEndian)
        // The header's length, where the properties begin, and how long they are.
        for number in [40, 40, body.count] { add(UInt32(number)) }
        add(Self.hash(subsystem).bigEndian)
        add(Self.hash(type).bigEndian)
        add(0)
        add(0)
        self.bytes = bytes + body
    }

    /// MurmurHash2, by which libudev's filters know names.
    private static func hash(_ text: String) -> UInt32 {
        let (bytes, factor) = (Array(text.utf8), UInt32(0x5bd1_e995))
        var hash = UInt32(bytes.count)
        var rest = bytes[...]
        while rest.count >= 4 {
            var block = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &* factor
            block ^= block >> 24
            hash = (hash &* factor) ^ (block &* factor)
            rest = rest.dropFirst(4)
        }
        for (index, byte) in rest.enumerated() { hash ^= UInt32(byte) << UInt32(8 * index) }
        if !rest.isEmpty { hash = hash &* factor }
        hash = (hash ^ hash >> 13) &* factor
        return hash ^ hash >> 15
    }
}
