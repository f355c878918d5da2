import Pickle
import Testing

struct BigIntegerTests {
    @Test(arguments: [
        "0", "1", "-1", "255", "-128", "-129", "999999999", "1000000000", "-1000000000", "18446744073709551616",
        "-9223372036854775809", "340282366920938463463374607431768211455", "100000000000000000000000000000000000000000",
    ])
    func decimalDigitsComeBackTheSame(_ digits: String) throws {
        #expect(try #require(BigInteger(decimal: digits)).description == digits)
    }

    @Test func digitsOfSmallNumbersAreThoseOfPlainIntegers() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1000 {
            let number = Int.random(in: .min ... .max, using: &random) >> Int.random(in: 0..<64, using: &random)
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            #expect(BigInteger(bytes: bytes).description == "\(number)")
            #expect(BigInteger(decimal: "\(number)") == BigInteger(bytes: bytes))
        }
    }

    @Test(arguments: ["", "-", "+-1", "1.5", "1e3", "0x1", " 1", "١"])
    func whatIsNoIntegerHasNoValue(_ text: String) {
        #expect(BigInteger(decimal: text) == nil)
    }
}
