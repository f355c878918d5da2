import Devices
import Platform
import Testing

@testable import Transports

/// Tests over a real pseudo-terminal that is unplugged and plugged in.
struct SerialLineTests {
    private let folder: Folder
    private let log = Lock<[String]>([])
    private let problems = Lock<[String?]>([])

    init() throws { folder = try Folder() }

    private func plug(_ parrot: Parrot = Parrot()) throws -> SimulatedPort<Parrot> {
        try SimulatedPort(parrot, link: folder.path + "/tty")
    }

    private func line(
        _ port: SimulatedPort<Parrot>,
        _ format: LineFormat = parrotFormat,
        prepare: @escaping @Sendable (LineProtocol, Bool) throws -> String = { _, _ in "" }
    ) throws -> SerialLine {
        let path = port.path
        return try SerialLine(
            "Parrot at a link",
            format,
            log: DeviceLog(
                write: { [log] line, level in log.update { $0.append("\(level): \(line)") } },
                report: { [problems] problem in problems.update { $0.append(problem) } }
            ),
            open: { try SerialPort(path: path, settings: PortSettings(baudRate: 115_200)) },
            prepare: prepare
        )
    }

    private func logged(_ text: String) -> Bool {
        log.wait(within: patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
    }

    @Test func talks() throws {
        let port = try plug()
        let line = try line(port)
        #expect(try line.perform { try $0.exchange("hello") } == "HELLO")
        #expect(line.session == 1)
    }

    @Test func onlyOneTalksAtATime() throws {
        let port = try plug()
        port.spoil { $0.pieces = (1, .milliseconds(1)) }
        let line = try line(port, LineFormat(commandEnd: "\r", answerEnd: "\r\n", patience: patience))
        let answers = Lock<[String: String]>([:])
        let talkers = try (0..<4).map { number in
            try BlockingThread.start("talker") {
                for turn in 0..<5 {
                    let word = "word\(number)\(turn)"
                    let answer = try? line.perform { try $0.exchange(word) }
                    answers.update { $0[word] = answer }
                }
            }
        }
        for talker in talkers { #expect(talker.join(within: patience)) }
        let all = answers.withLock { $0 }
        #expect(all.count == 20)
        #expect(all.allSatisfy { $1 == $0.uppercased() })
    }

    @Test func isBackByItselfAndPreparedBeforeAnythingElse() throws {
        let port = try plug()
        let line = try line(port) { lines, isFirst in
            try lines.exchange(isFirst ? "first" : "again") == "AGAIN" ? "" : ""
        }
        port.forgetTranscript()
        port.unplug()
        #expect(logged("is gone"))
        try port.plugIn()
        #expect(port.hears("again\r", within: patience))
        #expect(logged("is back"))
        #expect(line.session == 2)
        #expect(try line.perform { try $0.exchange("hello") } == "HELLO")
        #expect(port.transcript == "again\rhello\r")
    }

    @Test func lossAndReturnAreLoggedByTheirWeightAndReported() throws {
        let port = try plug()
        let line = try line(port)
        port.unplug()
        #expect(logged("warning: Parrot at a link is gone"))
        // While the port cannot be opened, that is the reported problem.
        let problem = problems.wait(within: patience) { $0.count < 2 ? nil : $0[1] } ?? ""
        #expect(problem.hasPrefix("Parrot at a link cannot be used yet: "))
        try port.plugIn()
        #expect(logged("info: Parrot at a link is back"))
        #expect(problems.wait(within: patience) { $0.last == .some(nil) ? true : nil } == true)
        line.close()
    }

    @Test func isOpenedByTheNextCallToo() throws {
        let port = try plug()
        let line = try line(port)
        port.unplug()
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("hello") } }
        try port.plugIn()
        #expect(try line.perform { try $0.exchange("hello") } == "HELLO")
        #expect(line.session == 2)
    }

    @Test func anotherDeviceAtThePortIsNotTalkedTo() throws {
        let port = try plug()
        let names = Lock(["one", "two"])
        let line = try line(port) { _, _ in names.update { $0.count > 1 ? $0.removeFirst() : $0[0] } }
        port.unplug()
        try port.plugIn()
        #expect(logged("another device is there now, 'two' instead of 'one'"))
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("hello") } }
        #expect(!port.transcript.contains("hello"))
    }

    @Test func aDeviceThatSaysNothingCannotBeOpened() throws {
        let port = try plug()
        port.spoil { $0.isMute = true }
        let error = try #require(throws: DeviceError.self) {
            try line(port) { lines, _ in try lines.exchange("who") }
        }
        #expect(error.kind == .initialise)
        #expect("\(error)".hasPrefix("Parrot at a link: no answer to 'who' within 0.20 s"))
        // Its port is free again.
        #expect(throws: Never.self) { try port.open() }
    }

    @Test func aLateAnswerIsNotTakenForTheNextOne() throws {
        let port = try plug()
        let line = try line(port)
        port.spoil { $0.delay = .milliseconds(300) }
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("first") } }
        port.spoil { $0.delay = .zero }
        #expect(try line.perform { try $0.exchange("second") } == "SECOND")
    }

    @Test func noiseInFrontOfAnAnswerCostsOneQuestion() throws {
        let port = try plug()
        let line = try line(port)
        port.spoil { $0.noise = [0xFF, 0x00, 0xFE, 0x41] }
        let answer = try line.perform { try $0.ask("hello") { $0 == "HELLO" ? $0 : nil } }
        #expect(answer == "HELLO")
        #expect(port.transcript == "hello\rhello\r")
    }

    @Test func keepsItsDistance() throws {
        let port = try plug()
        let line = try line(port, LineFormat(commandEnd: "\r", answerEnd: "\r\n", pause: .milliseconds(30)))
        let begin = ContinuousClock.now
        for _ in 0..<3 { _ = try line.perform { try $0.exchange("x") } }
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
    }

    @Test func paysOutBytes() throws {
        let port = try plug()
        let line = try line(port, LineFormat(commandEnd: "\r", answerEnd: "\r\n", bytePause: .milliseconds(10)))
        let begin = ContinuousClock.now
        #expect(try line.perform { try $0.exchange("abcd") } == "ABCD")
        #expect(ContinuousClock.now - begin >= .milliseconds(50))
    }

    @Test func endsWithItsLastHolder() throws {
        let port = try plug()
        do { _ = try line(port) }
        #expect(throws: Never.self) { try port.open() }
    }

    @Test func isOverWhenClosed() throws {
        let port = try plug()
        let line = try line(port)
        line.close()
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("x") } }
        #expect(throws: Never.self) { try port.open() }
    }
}
