import Glibc
import Platform
import Testing

@testable import Transports

/// Recording a port and replaying the recording.
struct RecordedLineTests {
    @Test func aTalkThatWasRecordedCanBeReplayed() throws {
        let folder = "/tmp/line-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        let recorder = try #require(Recorder(folder: folder, device: "laser"))
        defer { for name in ["laser.txt", ""] { unsafe remove("\(folder)/\(name)") } }
        let port = RecordingSerialStream(Echo(), recorder)
        let deadline = ContinuousClock.now + .seconds(1)
        for text in ["p?\r", "l1\r"] {
            try port.write(Array(text.utf8), until: deadline)
            #expect(try port.read(until: deadline) == Array(text.utf8))
            #expect(try port.read(until: deadline) == [])
        }
        #expect(throws: SerialError.self) { try port.write([0], until: deadline) }

        let replayed = ReplayedSerialStream(try Recording(try #require(FileSystem.text(of: "\(folder)/laser.txt"))))
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

    // MARK: Replaying

    private static let deadline = ContinuousClock.now

    /// A recording of commands (`>`) and answers (`<`).
    private func replayed(_ talk: String...) throws -> ReplayedSerialStream {
        let exchanges = try talk.enumerated().map { index, step in
            let direction = try #require(step.first.flatMap(Exchange.Direction.init))
            return Exchange(time: Double(index), direction, "", Array(step.dropFirst().utf8)).line
        }
        return ReplayedSerialStream(try Recording(exchanges.joined(separator: "\n")))
    }

    /// Sends a question and reads the whole answer.
    private func ask(_ stream: ReplayedSerialStream, _ question: String) throws -> String {
        stream.discardInput()
        try stream.write(Array(question.utf8), until: Self.deadline)
        var answer = ""
        while case let bytes = try stream.read(until: Self.deadline), !bytes.isEmpty {
            answer += String(decoding: bytes, as: UTF8.self)
        }
        return answer
    }

    @Test func howBytesAreCutIntoWritesDoesNotMatter() throws {
        let stream = try replayed(">P", ">?", "<0.", "<5", ">p=1", ">p=1", "<OK")
        #expect(try ask(stream, "P?") == "0.5")
        #expect(try ask(stream, "p") == "")
        #expect(try ask(stream, "=1") == "")
        #expect(try ask(stream, "p=1") == "OK")
        #expect(stream.isOver && stream.difference == nil)
    }

    @Test func whatNobodyReadsIsDroppedBeforeTheNextCommand() throws {
        let stream = try replayed(">a", "<1", "<2", ">b", "<3")
        try stream.write(Array("a".utf8), until: Self.deadline)
        #expect(try stream.read(until: Self.deadline) == Array("1".utf8))
        #expect(throws: SerialError.self) { try stream.write(Array("b".utf8), until: Self.deadline) }
        #expect(try ask(stream, "b") == "3")
        #expect(stream.isOver && stream.difference == "the recording has an answer here, 32 '2', not 62 'b'")
    }

    @Test(arguments: [1, 2, 3, 4, 7]) func aLoopMayBeGoneThroughMoreOrLessOften(times: Int) throws {
        let loop = [">moving?", "<yes", ">place?", "<0"]
        let stream = try replayed(
            ">go",
            "<OK",
            loop[0],
            loop[1],
            loop[2],
            loop[3],
            loop[0],
            loop[1],
            loop[2],
            "<1",
            ">stop",
            "<OK"
        )
        #expect(try ask(stream, "go") == "OK")
        for time in 1...times {
            #expect(try ask(stream, "moving?") == "yes")
            #expect(try ask(stream, "place?") == (time == 1 ? "0" : "1"))
        }
        if times == 1 {
            #expect(throws: SerialError.self, "a loop has been seen twice") { try ask(stream, "stop") }
        } else {
            #expect(try ask(stream, "stop") == "OK")
            #expect(stream.isOver)
        }
    }

    @Test func aLoopThatWasLongerMayBeLeft() throws {
        let stream = try replayed(">a", "<1", ">a", "<1", ">a", "<1", ">a", "<2", ">b", "<3")
        for answer in ["1", "1"] { #expect(try ask(stream, "a") == answer) }
        #expect(try ask(stream, "b") == "3")
        #expect(stream.isOver)
    }

    @Test func whatWasAskedOnceMayNotBeAskedTwice() throws {
        let stream = try replayed(">l1", "<OK", ">l?", "<1", ">l0", "<OK")
        #expect(try ask(stream, "l1") == "OK")
        #expect(throws: SerialError.self) { try ask(stream, "l1") }
        #expect(try ask(stream, "l?") == "1")
        #expect(throws: SerialError.self) { try ask(stream, "l?") }
        #expect(stream.difference == "the recording has 6c 3f 'l?' in its exchange 3, not 6c 31 'l1'")
    }
}

/// A stream that sends everything back, until a zero byte ends it.
private final class Echo: SerialStream {
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
