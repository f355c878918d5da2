import Devices
import Glibc
import Platform
import Testing
import Transports

struct RecordingTests {
    @Test(arguments: [
        "1795510000.123456 > 21 09 0303 0000 | 03 7e 5a", "1795510000.000001 < 81 | ! timeout", "0.000000 > | 50 3f 0d",
        "12.500000 < | ", "3.000000 > 02 | 80 00 ! stalled",
    ])
    func aLineIsReadAsItWasWritten(text: String) throws {
        let exchange = try #require(Exchange(line: text))
        #expect(exchange.line.split(separator: " ") == text.split(separator: " "))
        #expect(Exchange(line: exchange.line) == exchange)
    }

    @Test(arguments: ["", "|", "now > | 00", "1.0 ? | 00", "1.0 > 81 00", "1.0 > | 0", "1.0 > | zz", "1.0 >> | 00"])
    func whatIsNoExchangeIsRefused(text: String) { #expect(Exchange(line: text) == nil) }

    @Test func whatWasRecordedCanBeReplayed() throws {
        let folder = "/tmp/recording-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        for number in 1...2 {
            let recorder = try #require(Recorder(folder: folder, device: "a laser/1", facts: ["run \(number)"]))
            recorder.note(.out, "", Array("P?\r".utf8))
            recorder.note(.in, "", Array("0.5\r\n".utf8))
            recorder.note(.in, "", [], error: "timeout")
        }
        defer { for name in ["a-laser-1.txt", ""] { unsafe remove("\(folder)/\(name)") } }
        let recording = try Recording(text(of: "\(folder)/a-laser-1.txt"))
        #expect(recording.facts == ["a laser/1", "run 2"] && recording.fact("run") == "2")
        #expect(recording.exchanges.map(\.time) == recording.exchanges.map(\.time).sorted())
        let replay = Replay(recording)
        _ = try replay.step(.out, "", Array("P?\r".utf8))
        #expect(try replay.step(.in).bytes == Array("0.5\r\n".utf8))
        #expect(!replay.isOver)
        #expect(try replay.step(.in).error == "timeout")
        #expect(replay.isOver)
        #expect(throws: RecordingError("the recording ends before <  | ")) { try replay.step(.in) }
    }

    @Test func somethingElseThanWasRecordedIsAnError() throws {
        let replay = Replay(try Recording("# x\n1.0 > 02 | 80 01\n"))
        let error = #expect(throws: RecordingError.self) { try replay.step(.out, "02", [0x80, 0x02]) }
        #expect(error?.description == "exchange 1 of the recording is 1.000000 > 02 | 80 01, not > 02 | 80 02")
        // It still waits for the right one.
        #expect(try replay.step(.out, "02", [0x80, 0x01]).bytes == [0x80, 0x01])
    }

    @Test func aDamagedRecordingIsToldWithItsLine() {
        #expect(throws: RecordingError("line 2 is not an exchange: rubbish")) { try Recording("# x\nrubbish\n") }
        #expect(throws: RecordingError.self) { try ReplayedUSBBus(try Recording("# kind 1:2\n# port nowhere\n")) }
    }

    @Test func thereIsNoRecorderWhereNothingCanBeWritten() {
        #expect(Recorder(folder: "/proc/no-such-folder", device: "x") == nil)
        #expect(Recorder.problem(with: "/proc/no-such-folder") == "No such file or directory")
        #expect(Recorder.problem(with: "/dev/null") == "Not a directory")
        #expect(Recorder.problem(with: "/tmp") == nil)
    }

    @Test func aRecorderDoesNotWaitForAPipe() throws {
        let folder = try Folder()
        unsafe mkfifo("\(folder.path)/x.txt", 0o600)
        #expect(Recorder(folder: folder.path, device: "x") == nil)
    }

    /// Needs root, to mount a small disk.
    @Test(.enabled(if: SmallDisk.isPossible)) func aFullDiskLeavesARecordingThatCanBeRead() throws {
        let folder = try Folder()
        let disk = try SmallDisk(at: folder.path, bytes: 8192)
        let lines = Lock<[String]>([])
        let log = DeviceLog(write: { line, _ in lines.update { $0.append(line) } })
        let recorder = try #require(Recorder(folder: folder.path, device: "x", log: log))
        for _ in 0..<1000 { recorder.note(.out, "", Array("status?\r".utf8)) }
        let text = try #require(FileSystem.text(of: "\(folder.path)/x.txt"))
        #expect(try Recording(text).exchanges.count > 100)
        #expect(
            lines.withLock { $0 } == ["the recording ends here, since it cannot be written: No space left on device"]
        )
        withExtendedLifetime(disk) {}
    }

    private func text(of path: String) throws -> String {
        let file = unsafe open(path, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = unsafe read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
