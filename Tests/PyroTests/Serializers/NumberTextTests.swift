import Pickle
import Testing

@testable import Pyro

@Suite("Numbers and URIs as text")
struct NumberTextTests {
    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (1.5, "1.5"), (-100, "-100.0"), (0.1, "0.1"),
        (1e15, "1000000000000000.0"),
        (9999999999999998, "9999999999999998.0"), (1e16, "1e+16"), (1.2e16, "1.2e+16"), (1e17, "1e+17"),
        (1e22, "1e+22"),
        (123456789012345680, "1.2345678901234568e+17"), (0.0001, "0.0001"), (0.00012, "0.00012"), (1e-5, "1e-05"),
        (1.25e-10, "1.25e-10"), (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (2.2250738585072014e-308, "2.2250738585072014e-308"), (1e100, "1e+100"), (.infinity, "inf"),
        (-.infinity, "-inf"),
    ])
    func floatsAreWrittenAsPythonWritesThem(number: Double, text: String) { #expect(number.pythonText == text) }

    @Test func theShortestTextIsTheNumber() {
        for bits in stride(from: UInt64(1), to: UInt64(0x7FF0_0000_0000_0000), by: 0x001A_2B3C_4D5E_6F70) {
            let number = Double(bitPattern: bits)
            #expect(Double(number.pythonText) == number)
        }
    }

    @Test func integersOfAllSizes() throws {
        let numbers = ["0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808"]
        for text in numbers + [
            "-9223372036854775809", "18446744073709551616", "-340282366920938463463374607431768211456",
        ] {
            let isNegative = text.hasPrefix("-")
            let value = try PythonValue.integer(Array(text.utf8.drop { $0 == 0x2D }), isNegative: isNegative)
            switch value {
            case .int(let number): #expect(String(number) == text)
            case .bigInt(let number):
                #expect(number.description == text)
                #expect(Int(text) == nil)
                #expect(PythonValue.integer(amount: number.amount, isNegative: isNegative) == value)
                #expect(try .integer(marshalDigits: number.marshalDigits, isNegative: isNegative) == value)
            default: #expect(Bool(false))
            }
        }
    }

    @Test(
        arguments: [
            ([], ""), ([0x66], "Zg=="), ([0x66, 0x6F], "Zm8="), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFB, 0xFF], "+/8="),
            ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg=="),
        ] as [([UInt8], String)]
    )
    func base64(bytes: [UInt8], text: String) {
        #expect(Base64.encoded(bytes) == text)
        #expect(Base64.decoded(text) == bytes)
    }

    @Test(arguments: ["Z", "Zg=", "Zg", "Z===", "Zg==Zg==", "Zm9-", "====", "é==="])
    func otherTextIsNotBase64(text: String) { #expect(Base64.decoded(text) == nil) }

    @Test(
        arguments: [
            ("PYRO:RedCamera@scope-pc:8001", .tcp(host: "scope-pc", port: 8001)),
            ("PYRO:x@[::1]:8001", .tcp(host: "::1", port: 8001)), ("PYRO:x@./u:/run/a b", .unix(path: "/run/a b")),
            ("PYRO:Pyro.Daemon@0.0.0.0:0", .tcp(host: "0.0.0.0", port: 0)), ("PYRONAME:x", nil),
            ("PYRONAME:x@h:7", .tcp(host: "h", port: 7)), ("PYROMETA:a,b", nil),
            ("MDNS:x", nil), ("MDNS:0", nil), ("MDNS:x@h", .tcp(host: "h", port: 0)),
            ("MDNS:x@[::1]", .tcp(host: "::1", port: 0)), ("MDNS:x@h:7", .tcp(host: "h", port: 7)),
        ] as [(String, PyroURI.Location?)]
    )
    func uris(text: String, location: PyroURI.Location?) throws {
        let uri = try #require(PyroURI(text))
        #expect(uri.location == location)
        #expect(uri.text == text)
    }

    @Test func urisAreReadGenerously() {
        #expect(PyroURI("pyro:x@h: 8001 ")?.text == "PYRO:x@h:8001")
        #expect(PyroURI("PYRO:x@y@h:1")?.location == .tcp(host: "y@h", port: 1))
        #expect(PyroURI("PYRONAME:x@h")?.text == "PYRONAME:x@h:9090")
    }

    @Test(arguments: [
        "", "PYRO", "PYRO:", "PYRO:x", "PYRO:@h:1", "PYRO:x@", "PYRO:x@h", "PYRO:x@h:", "PYRO:x@h:a", "PYRO:x y@h:1",
        "PYRO:x@:1", "PYRO:x@[]:1", "PYRO:x@[::1]", "PYRO:x@[::1", "PYRO:x@[host]:1", "PYRO:x@[::1]1", "PYRO:x@./u:",
        "PYRO:x@./u:a:b", "MDNS:", "MDNS:x@", "MDNS:x@./u:a", "PYROX:x@h:1", "HTTP:x@h:1",
        "PYRO:x@h:99999999999999999999", "PYROMETA:a@./u", "PYRO:x@a/b:1",
    ])
    func otherTextsAreNoURIs(text: String) { #expect(PyroURI(text) == nil) }
}
