import Testing

@testable import Server

@Suite struct ScalarTests {
    @Test(arguments: ["", "~", "null"])
    func threeSpellingsAreNothing(text: String) { #expect(Scalar(plain: text).meaning == .null) }

    @Test func onlyTrueAndFalseAreBools() {
        #expect(Scalar(plain: "true").meaning == .bool(true))
        #expect(Scalar(plain: "false").meaning == .bool(false))
        for word in ["True", "FALSE", "yes", "no", "on", "off", "y", "n"] {
            #expect(Scalar(plain: word).meaning == .text)
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("+7", 7), ("-7", -7), ("0x1F", 31), ("-0x1f", -31),
            ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ]
    )
    func integersAreDecimalOrHexadecimal(text: String, value: Int) {
        #expect(Scalar(plain: text).meaning == .int(value))
    }

    @Test(
        arguments: [
            ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("-1.5e3", -1500.0), ("1e3", 1000.0), ("+1e-3", 0.001),
            ("-.5", -0.5),
        ]
    )
    func fractionsAndExponentsAreNumbers(text: String, value: Double) {
        #expect(Scalar(plain: text).meaning == .float(value))
    }

    @Test(
        arguments: [
            "a", "-", "+", ".", "e", "e5", "1e", "1e+", "1e5e5", "1.2.3", "12:30", "1_000", "0x", "0xG", "0o17", "1 2",
            "--1",
            "٣", "inf", "nan", "Infinity", "2026-11-23", "0b1", "-0x", "0x-1", "1e5.0",
        ]
    )
    func everythingElseIsText(text: String) { #expect(Scalar(plain: text).meaning == .text) }

    @Test(arguments: ["010", "-007", "00", "00.5", "08"])
    func numbersWithAZeroInFrontAreOfNoUseButAsText(text: String) {
        #expect(Scalar(plain: text).meaning == .unusable("begins with a 0"))
        #expect(Scalar(plain: text).text == text)
    }

    @Test(arguments: [".inf", "-.INF", "+.Inf", ".nan", ".NaN"])
    func onlyFiniteNumbersCanBeUsed(text: String) {
        #expect(Scalar(plain: text).meaning == .unusable("is not a finite number"))
    }

    @Test func numbersThatAreTooLargeAreOfNoUse() {
        #expect(Scalar(plain: "9223372036854775808").meaning == .unusable("is beyond 64 bits"))
        #expect(Scalar(plain: "0xFFFFFFFFFFFFFFFFF").meaning == .unusable("is beyond 64 bits"))
        #expect(Scalar(plain: "1e999").meaning == .unusable("is beyond the range of numbers"))
    }

    @Test(arguments: ["5", "true", "", "null"])
    func quotesMakeText(text: String) { #expect(Scalar(quoted: text).meaning == .text) }
}
