import Glibc
import Logging
import Testing

@testable import Server

@Suite struct LogLineTests {
    private let time = LogTime(millisecondsSince1970: 1_795_426_908_007)

    @Test func aLineHasTimeLevelNameProcessMessageAndMetadata() {
        let line = LogLine(
            .warning,
            "frame lost",
            ["frame": "7", "client": "mui"],
            name: "RedCamera",
            process: 25675,
            time: time
        )
        #expect(line.text == "\(time.text) WARNING RedCamera[25675]: frame lost client=mui frame=7\n")
    }

    @Test func timeIsLocalWithMilliseconds() throws {
        let text = time.text
        #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.007/) != nil)
        let numbers = text.split { !$0.isNumber }.compactMap { CInt($0) }
        try #require(numbers.count == 7)
        var parts = unsafe tm()
        unsafe parts.tm_year = numbers[0] - 1900
        unsafe parts.tm_mon = numbers[1] - 1
        unsafe parts.tm_mday = numbers[2]
        unsafe parts.tm_hour = numbers[3]
        unsafe parts.tm_min = numbers[4]
        unsafe parts.tm_sec = numbers[5]
        unsafe parts.tm_isdst = -1
        #expect(unsafe mktime(&parts) == 1_795_426_908)
    }

    @Test func valuesOfSeveralWordsAreInQuotes() {
        #expect(text("m", ["a": "two words"]) == "m a=\"two words\"\n")
        #expect(text("m", ["b": ""]) == "m b=\"\"\n")
        #expect(text("m", ["c": "x=\"y\""]) == "m c=\"x=\\\"y\\\"\"\n")
        #expect(text("m", ["d": "line\nbreak"]) == "m d=\"line\\nbreak\"\n")
    }

    @Test func noMessagePassesForAnotherLine() {
        #expect(
            text("one\n2026-11-23T09:41:48.570 INFO x[1]: two") == "one\n    2026-11-23T09:41:48.570 INFO x[1]: two\n"
        )
        #expect(text("red \u{1B}[31m\r\0") == "red \\u{1B}[31m\\r\\0\n")
        #expect(text("µm\tok") == "µm\tok\n")
    }

    private func text(_ message: String, _ metadata: Logger.Metadata = [:]) -> String {
        let line = LogLine(.info, message, metadata, name: "A", process: 1, time: time)
        return String(line.text.dropFirst("\(time.text) INFO A[1]: ".count))
    }
}
