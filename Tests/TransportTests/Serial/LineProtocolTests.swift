import Testing

@testable import Transports

/// Tests over a scripted stream, which takes no time.
struct LineProtocolTests {
    private func lines(
        _ script: [(command: String, pieces: [String])],
        echo: LineFormat.Echo = .never,
        prompt: String = ""
    ) -> (LineProtocol, ScriptedStream) {
        let stream = ScriptedStream(script)
        let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n", echo: echo, prompt: prompt, longestLine: 100)
        return (LineProtocol(stream, format), stream)
    }

    @Test func readsALine() throws {
        let (lines, stream) = lines([("l?\r", ["1\r\n"])])
        #expect(try lines.exchange("l?") == "1")
        #expect(stream.written == ["l?\r"])
    }

    @Test func putsPiecesTogether() throws {
        let (lines, _) = lines([("l?\r", ["O", "K", "\r", "\n1"]), ("p?\r", ["2\r\n"])])
        #expect(try lines.exchange("l?") == "OK")
        #expect(try lines.exchange("p?") == "2")
    }

    @Test func dropsBlanksZeroBytesAndEmptyLines() throws {
        let (lines, _) = lines([("l?\r", ["\0\0\r\n  \r\n\t 1 2 \r\n"])])
        #expect(try lines.exchange("l?") == "1 2")
    }

    @Test func keepsEveryByteAsACharacter() throws {
        let (lines, _) = lines([("?GFw\r", ["!GFwLuxX\u{A7}4\u{FF}\r\n"])])
        #expect(try lines.exchange("?GFw") == "!GFwLuxX§4ÿ")
    }

    @Test(arguments: [LineFormat.Echo.possible, .always]) func dropsAnEcho(echo: LineFormat.Echo) throws {
        let (lines, _) = lines([("l?\r", ["l?\r\n1\r\n"])], echo: echo)
        #expect(try lines.exchange("l?") == "1")
    }

    @Test func doesWithoutAnEchoThatIsOnlyPossible() throws {
        let (lines, _) = lines([("l?\r", ["1\r\n"])], echo: .possible)
        #expect(try lines.exchange("l?") == "1")
    }

    @Test func missesAnEchoThatMustBe() {
        let (lines, _) = lines([("l?\r", ["1\r\n"])], echo: .always)
        #expect(throws: SerialError.odd(answer: "1", to: "l?")) { try lines.exchange("l?") }
    }

    @Test(arguments: [
        "?SP\r\n5.0\r\n", "\r\n5.0\r\n", "0.000\r\n?SP\r\n5.0\r\n", "0.000\r\n\r\n5.0\r\n", "\r\n\r\n5.0\r\n",
        "\r\n?SP\r\n5.0\r\n",
    ])
    func whatComesBeforeTheEchoIsNoAnswer(answer: String) throws {
        let (lines, _) = lines([("?SP\r", [answer])], echo: .orEmptyLine)
        #expect(try lines.ask("?SP", parse: \.number) == 5)
    }

    @Test func dropsAPromptInFrontOfAnything() throws {
        let (lines, _) = lines([("?L\r", ["S:0-> ?L\r\nS:0-> S:0-> 1\r\nS:0-> "])], echo: .possible, prompt: "S:0-> ")
        #expect(try lines.exchange("?L") == "1")
    }

    @Test func readsABlockUpToItsEnd() throws {
        let (lines, _) = lines([("pos?\r", ["pos?\r", "3\r> "])], echo: .always)
        try lines.send("pos?")
        #expect(try lines.readLines(upTo: "> ") == ["3"])
    }

    @Test func looksForALineWithoutWaiting() throws {
        let (lines, stream) = lines([("7,1,5\r", ["", "R", "\r\n"]), ("b\r", ["2\r\n"])])
        try lines.send("7,1,5")
        #expect(try lines.readLineIfAny() == nil)
        #expect(try lines.readLineIfAny() == "R")
        #expect(try lines.readLineIfAny() == nil)
        #expect(try lines.exchange("b") == "2")
        #expect(stream.discarded == 2)
    }

    @Test func readsBytes() throws {
        let (lines, _) = lines([("x", ["\u{1}\u{2}", "\u{3}\u{4}"])])
        try lines.send([0x78], as: "x")
        #expect(try lines.readBytes(3) == [1, 2, 3])
        #expect(try lines.readBytes(1) == [4])
    }

    @Test func readsLinesUpToTheLast() throws {
        let (lines, _) = lines([("q\r", ["a\r\nb\r\nOK\r\nc\r\n"])])
        #expect(try lines.exchange("q") { $0 == "OK" } == ["a", "b", "OK"])
    }

    @Test func dropsWhatCameBeforeTheCommand() throws {
        let (lines, stream) = lines([("a\r", ["1\r\n9\r\n"]), ("b\r", ["2\r\n"])])
        #expect(try lines.exchange("a") == "1")
        #expect(try lines.exchange("b") == "2")
        #expect(stream.discarded == 2)
    }

    @Test func tellsWhenNothingCame() {
        let (lines, _) = lines([])
        #expect(throws: SerialError.silent(after: "l?", within: .milliseconds(500))) { try lines.exchange("l?") }
    }

    @Test func tellsWhatCameWithoutAnEnd() {
        let (lines, _) = lines([("l?\r", ["OK"])])
        #expect(throws: SerialError.odd(answer: "OK", to: "l?")) { try lines.exchange("l?") }
    }

    @Test func givesUpOnALineWithoutEnd() {
        let (lines, _) = lines([("l?\r", Array(repeating: String(repeating: "x", count: 30), count: 10))])
        #expect(throws: SerialError.self) { try lines.exchange("l?") }
    }

    @Test func asksAgainAfterNoise() throws {
        let (lines, stream) = lines([("l?\r", ["\u{FE}\u{7F}?\r\n"]), ("l?\r", ["1\r\n"])])
        #expect(try lines.ask("l?", parse: \.flag) == true)
        #expect(stream.written.count == 2)
    }

    @Test func passesOverWhatIsNoAnswer() throws {
        let (lines, stream) = lines([("l?\r", ["$MTD25\r\n", "OK\r\n1\r\n"])])
        #expect(try lines.ask("l?", parse: \.flag) == true)
        #expect(stream.written.count == 1)
    }

    @Test func givesUpAfterThreeTimes() {
        let (lines, stream) = lines([])
        #expect(throws: SerialError.silent(after: "l?", within: .milliseconds(500))) {
            try lines.ask("l?", parse: \.flag)
        }
        #expect(stream.written.count == 3)
    }

    @Test func doesNotAskAgainWhenRefused() {
        let (lines, stream) = lines([("l1\r", ["Syntax error\r\n"])])
        #expect(throws: SerialError.refused("l1", answer: "Syntax error")) {
            try lines.ask("l1") { (line: String) -> Int? in throw SerialError.refused("l1", answer: line) }
        }
        #expect(stream.written.count == 1)
    }

    @Test(arguments: [
        (0.05, 4, "0.0500"), (-1.25, 1, "-1.3"), (12.0, 0, "12"), (0.0004, 2, "0.00"), (-0.5, 2, "-0.50"),
        (1e300, 2, "1e+300"), (.nan, 2, "nan"), (0.00001, 5, "0.00001"),
    ])
    func writesNumbersWithoutExponents(value: Double, places: Int, text: String) {
        #expect(value.text(places: places) == text)
    }

    /// A device that never stops sending gives no answer, and blocks no caller forever.
    @Test(arguments: ["1\r\n", "\r\n", "x"]) func givesUpOnADeviceThatNeverStopsTalking(babble: String) throws {
        var format = LineFormat(commandEnd: "\r", answerEnd: "\r\n", patience: .milliseconds(5))
        format.longestLine = 1 << 20
        let lines = LineProtocol(BabblingStream(babble), format)
        #expect(throws: SerialError.self) { try lines.ask("l?", attempts: 1) { $0 == "0" ? 0 : nil } }
        #expect(throws: SerialError.self) { try lines.exchange("l?") { $0 == "0" } }
    }
}

/// A stream that always has bytes to read.
private final class BabblingStream: SerialStream {
    private let bytes: [UInt8]
    let isLost = false

    init(_ text: String) { bytes = Array(text.utf8) }

    func write(_: [UInt8], until _: ContinuousClock.Instant) {}
    func read(until _: ContinuousClock.Instant) -> [UInt8] { bytes }
    func discardInput() {}
    func close() {}
}
