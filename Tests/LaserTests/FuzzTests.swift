import Devices
import Testing

@testable import Lasers
@testable import Transports

/// Proof that drivers end each call with a value or an error, never with a trap, whatever a device answers.
struct FuzzTests {
    @Test(arguments: LaserKind.all) func keptAnswersNeverTrap(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        for answer in KeptReplies.answers {
            let bytes = (answer + KeptReplies.ending).unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x3F }
            setup.exercise { _ in bytes }
        }
    }

    @Test(arguments: LaserKind.all) func spoiltAnswersNeverTrap(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        for seed in 0..<100 {
            var spoiler = Spoiler(seed: UInt64(seed))
            setup.exercise { spoiler.spoil($0) }
        }
    }

    @Test(arguments: LaserKind.all) func settingsAreReadWithoutTraps(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        for seed in 0..<20 { try setup.readSettings(seed: UInt64(seed)) }
    }
}

/// Every command of a light, over a stream with arbitrary answers.
///
/// Each command ends with a sensible value or an error of the line.
struct Exercise {
    let lines: LineProtocol

    func identify(_ body: (LineProtocol) throws -> String) { attempt { _ = try body(lines) } }

    func all<Commands: LightCommands>(of commands: Commands) {
        identify(commands.identify)
        attempt {
            let range = try commands.powerRange(lines)
            isFinite(range.lowerBound)
            isFinite(range.upperBound)
            for fraction in [0, 0.37, 1] { attempt { try commands.setPower(fraction * range.upperBound, lines) } }
        }
        attempt { isFinite(try commands.setPoint(lines) ?? 0) }
        attempt { isFinite(try commands.measuredPower(lines)) }
        attempt { _ = try commands.isOn(lines) }
        attempt { try commands.switchOn(lines) }
        attempt { _ = try commands.obstacle(lines) }
        attempt { try commands.ensureOff(lines) }
        attempt { _ = try commands.triggerType(lines) }
        for type in commands.triggerTypes { attempt { try commands.setTriggerType(type, lines) } }
        for row in commands.status { attempt { _ = try row.read(lines) } }
    }

    private func isFinite(_ number: Double) { #expect(number.isFinite) }

    func attempt(_ body: () throws -> Void) {
        do { try body() } catch is SerialError {} catch is DeviceError {} catch { Issue.record(error) }
    }
}

extension SerialLine {
    /// Reads all settings that the device has.
    func readAll(_ settings: (SerialLine) throws -> [Setting]) {
        do { _ = SettingList(try settings(self)).all() } catch is DeviceError {} catch { Issue.record(error) }
        close()
    }
}

/// Corrupts bytes at random, in the same way for the same seed.
struct Spoiler {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func spoil(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        // Most answers pass, so that what comes after them is tried as well.
        guard Int.random(in: 0..<4, using: &random) == 0 else { return bytes }
        for _ in 0...Int.random(in: 0...3, using: &random) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(place + Int.random(in: 0...5, using: &random), bytes.count)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default:
            let piece = KeptReplies.pieces.randomElement(using: &random) ?? ""
            bytes.replaceSubrange(place..<end, with: Array(piece.utf8))
        }
    }
}

/// A stream to a simulated device in this process that corrupts the answers and never waits.
final class FuzzedStream<Instrument: SimulatedInstrument>: SerialStream {
    private var instrument: Instrument
    private let spoil: ([UInt8]) -> [UInt8]
    private var answer: [UInt8] = []

    init(_ instrument: Instrument, _ spoil: @escaping ([UInt8]) -> [UInt8]) {
        (self.instrument, self.spoil) = (instrument, spoil)
    }

    let isLost = false

    func write(_ bytes: [UInt8], until _: ContinuousClock.Instant) {
        answer += spoil(instrument.receive(bytes, at: .now).flatMap(\.bytes))
    }

    func read(until _: ContinuousClock.Instant) -> [UInt8] {
        defer { answer = [] }
        return answer
    }

    func discardInput() { answer = [] }
    func close() {}
}

/// Difficult answers that are tried as the answer to each command of each device.
enum KeptReplies {
    /// Texts to insert into answers.
    static let pieces = [
        "", " ", "\0", "\r", "\n", "\r\n", "-", "+", ".", "e", "1e999", "-1e999", "nan", "inf", "-0", "0x10", "1_000",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999999999",
        "FFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "8000000000000000", "4.9e-324", "1.7976931348623157e308", ":", "::",
        ",", "=", "\"", "\u{A7}", "\u{FF}", "é", "٣", "OK", "[OK]", "ERR-", "????", "!UK", "x", "> ", "CMD> ", "#t",
        "%SYS-", "Error: ", "CSS", "E ", "A ", "S2",
    ]

    /// Complete answers, to which an ending is added.
    static let answers =
        pieces + [
            "1", "0", "-1", "2", "ON", "OFF", "1\0", "1 2 3", "CSSASN999", "CSSASN0-1", "CSSASN+50", "CSSASNé50",
            "CSSASN050ASN050", "A CHINT 1e999", "A CHINT 1 2 3", "A CHMAP", "A CHMAP A A", "A MAXINT 0",
            "A MAXINT 1e300",
            "A CHACT 2", "!GAS", "!GASFFFFFFFFFFFFFFFF", "!GOM-1", "!GLPFFFFFF", "!GMP0", "!GMPnan", "!GMP1e308",
            "!GSI\u{A7}\u{A7}\u{A7}", "!GSI", "SN: ", "Pmax: mW", "Pmax: 1e999 mW", "CH2, PWR: - mW", "PIC  =  uW",
            "\"",
            "\"\"", "\"é", "?LI=,,,", "?LI=", "?MAXP=-1", "?FC=99999999999999999999", "?FC=-1", "LE=", "PP", "PPFFFF",
            "P-001", "SNP", "SNP ", "WH", "OC", "S", "S3", "257:34:12", ":34", "-1:30", "25.3C", "C", "ERR", "ERR-1",
            String(repeating: "1", count: 400), String(repeating: "9", count: 5000),
            String(repeating: "\0", count: 5000),
        ]

    /// All endings of lines and blocks.
    static let ending = "\r\nOK\r\n[OK]\r\n> "
}
