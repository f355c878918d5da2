import Devices
import Platform
import Testing

@testable import Transports

/// A laser that is on and slow to say whether it has a fault.
private struct SlowLaser: SimulatedInstrument {
    /// How the device handles a command while it works on an earlier one.
    enum Order: Codable { case inOrder, atOnce }

    var order = Order.inOrder
    var faultDelay = Duration.zero
    var serial: String? = "LAS-4711"
    var isMute = false
    private var pending: [UInt8] = []
    private var freeAt: ContinuousClock.Instant?

    init(_ order: Order = .inOrder, serial: String? = "LAS-4711") { (self.order, self.serial) = (order, serial) }

    mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        pending += bytes
        var outputs: [SimulatedOutput] = []
        while let end = pending.firstIndex(of: 0x0D) {
            let command = Latin1.text(pending[..<end])
            pending.removeSubrange(...end)
            if isMute { continue }
            let delay = command == "f?" ? faultDelay : .zero
            let start = order == .inOrder ? max(freeAt ?? now, now) : now
            freeAt = start + delay
            outputs.append(SimulatedOutput(answer(command) + "\r\n", after: start + delay - now))
        }
        return outputs
    }

    private func answer(_ command: String) -> String {
        switch command {
        case "l?": "1"
        case "f?": "0"
        case "sn?": serial ?? "Syntax error"
        default: "OK"
        }
    }
}

/// After a time-out, no answer is believed that may be the answer to an earlier question.
struct LateAnswerTests {
    private static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n", patience: .milliseconds(40))

    private func open(_ port: SimulatedPort<SlowLaser>, _ log: DeviceLog = DeviceLog()) throws -> SerialLine {
        let path = port.path
        return try SerialLine(
            "Laser",
            Self.format,
            log: log,
            open: { try SerialPort(path: path, settings: PortSettings(baudRate: 115_200)) },
            prepare: { lines, _ in
                _ = try lines.ask("l?", parse: \.flag)
                guard port.instrument.serial != nil else { return "" }
                return try lines.ask("sn?") { $0.hasPrefix("LAS-") ? $0 : nil }
            }
        )
    }

    private func isOn(_ line: SerialLine) throws -> Bool { try line.perform { try $0.ask("l?", parse: \.flag) } }

    /// Whether the line is usable again, in time.
    private func recovers(_ line: SerialLine) -> Bool {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end { if let isOn = try? isOn(line) { return isOn } }
        return false
    }

    private func hasFault(_ line: SerialLine) throws -> Bool { try line.perform { try $0.ask("f?", parse: \.flag) } }

    /// Delays around the time limit, its multiples and the times at which questions are repeated.
    private static let delays = [30, 60, 90, 150, 270].map { Duration.milliseconds($0) }

    /// With and without a question that proves the line to be at rest, for devices that answer in order or at once.
    @Test(arguments: delays, [("LAS-4711", true), (nil, true), ("LAS-4711", false), (nil, false)] as [(String?, Bool)])
    func aLateAnswerIsNeverTakenForOff(delay: Duration, kind: (serial: String?, isInOrder: Bool)) throws {
        let port = try SimulatedPort(SlowLaser(kind.isInOrder ? .inOrder : .atOnce, serial: kind.serial))
        let line = try open(port)
        for round in 0..<2 {
            port.update { $0.faultDelay = delay }
            // An error is an answer as well; only "off" would be wrong.
            if let fault = try? hasFault(line) { #expect(!fault) }
            port.update { $0.faultDelay = .zero }
            for _ in 0..<3 {
                if let isOn = try? isOn(line) { #expect(isOn, "round \(round)") }
            }
        }
        // Once nothing is late any more, it is asked as before.
        _ = port.wait(within: .milliseconds(300)) { _ in false }
        #expect(recovers(line))
    }

    @Test func theLineIsProvenByTheQuestionForTheSerialNumber() throws {
        let port = try SimulatedPort(SlowLaser())
        let line = try open(port)
        port.update { $0.isMute = true }
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("f?") } }
        port.update { $0.isMute = false }
        port.forgetTranscript()
        #expect(try isOn(line))
        #expect(port.transcript == "sn?\rl?\r")
    }

    /// It may be the command to switch the light off.
    @Test func aCommandIsSentEvenToADeviceThatDoesNotAnswer() throws {
        let port = try SimulatedPort(SlowLaser())
        let line = try open(port)
        port.update { $0.isMute = true }
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("f?") } }
        port.forgetTranscript()
        #expect(throws: DeviceError.self) { try line.perform { try $0.exchange("l0") } }
        #expect(port.hears("l0\r", within: patience))
    }

    // MARK: Silence

    private final class Log: Sendable {
        let lines = Lock<[String]>([])
        let problem = Lock<String??>(nil)

        var log: DeviceLog {
            DeviceLog(
                write: { [lines] line, level in lines.update { $0.append("\(level): \(line)") } },
                report: { [problem] text in problem.update { $0 = .some(text) } }
            )
        }

        func has(_ text: String) -> Bool {
            lines.wait(within: patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
        }
    }

    @Test func aSilentDeviceIsReportedOnceAndAgainWhenItIsBack() throws {
        let port = try SimulatedPort(SlowLaser())
        let log = Log()
        let line = try open(port, log.log)
        port.update { $0.isMute = true }
        for _ in 0..<2 { #expect(throws: DeviceError.self) { try isOn(line) } }
        let reports = log.lines.withLock { $0.filter { $0.contains("does not answer") } }
        #expect(reports.count == 1 && reports[0].hasPrefix("warning: Laser does not answer (no answer to 'l?' within "))
        #expect(log.problem.withLock { $0 }??.hasPrefix("Laser does not answer") == true)
        port.update { $0.isMute = false }
        // Nobody asks; the line itself notices.
        #expect(log.has("info: Laser answers again"))
        #expect(log.problem.wait(within: patience) { $0 == .some(nil) ? true : nil } == true)
        #expect(recovers(line))
        #expect(line.session == 1)
    }

    @Test func aDeviceThatLacksOneAnswerIsNotSilent() throws {
        let port = try SimulatedPort(SlowLaser())
        let log = Log()
        let line = try open(port, log.log)
        port.update { $0.faultDelay = .milliseconds(100) }
        #expect(throws: DeviceError.self) { try hasFault(line) }
        #expect(try isOn(line))
        #expect(log.lines.withLock { $0 }.isEmpty)
    }
}
