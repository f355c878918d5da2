import Glibc
import Testing

@testable import Transports

/// What goes over a port can be written down and happen again.
struct RecordedLineTests {
    @Test func aTalkThatWasRecordedCanBeReplayed() throws {
        let folder = "/tmp/line-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        let recorder = try #require(Recorder(folder: folder, device: "laser"))
        defer { for name in ["laser.txt", ""] { unsafe remove("\(folder)/\(name)") } }
        let port = RecordingByteStream(Echo(), recorder)
        let deadline = ContinuousClock.now + .seconds(1)
        for text in ["p?\r", "l1\r"] {
            try port.write(Array(text.utf8), until: deadline)
            #expect(try port.read(until: deadline) == Array(text.utf8))
            #expect(try port.read(until: deadline) == [])
        }
        #expect(throws: SerialError.self) { try port.write([0], until: deadline) }

        let replayed = ReplayedByteStream(try Recording(try #require(Files.text(of: "\(folder)/laser.txt"))))
        #expect(try replayed.read(until: deadline) == [])
        try replayed.write(Array("p?\r".utf8), until: deadline)
        #expect(try replayed.read(until: deadline) == Array("p?\r".utf8))
        #expect(throws: SerialError.self) { try replayed.write(Array("l0\r".utf8), until: deadline) }
        try replayed.write(Array("l1\r".utf8), until: deadline)
        #expect(try replayed.read(until: deadline) == Array("l1\r".utf8))
        #expect(!replayed.isOver)
        let error = #expect(throws: SerialError.self) { try replayed.write([0], until: deadline) }
        #expect("\(try #require(error))".contains("unplugged"))
        #expect(replayed.isOver)
    }
}

/// Sends back what it gets, but for a zero, which ends it.
private final class Echo: ByteStream {
    private var waiting: [UInt8] = []
    var isLost = false

    func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        guard bytes != [0] else { throw .lost("unplugged") }
        waiting += bytes
    }

    func read(until deadline: ContinuousClock.Instant) -> [UInt8] {
        defer { waiting = [] }
        return waiting
    }

    func discardInput() { waiting = [] }
    func close() {}
}
