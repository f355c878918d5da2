// What options may be, whether a file or a program gives them.

extension PyroOptions {
    static let pickleProtocols: ClosedRange<UInt8> = 2...5
    static let messageSizes = 4096...Int(Int32.max)
    static let connectionCounts = 1...10_000
    static let handshakeSeconds = 0.1...3600
    static let queueLengths = 1...100_000
    static let sendSeconds = 0.0...86400
}

extension LogOptions {
    static let sizes = 4096...1 << 40
    static let fileCounts = 0...1000
}
