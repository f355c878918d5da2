import Pickle
import Testing

@testable import Pyro

@Suite("The text of serpent")
struct SerpentTextTests {
    private func read(_ text: String) throws -> PythonValue { try SerpentFormat.read(Array(text.utf8)[...]) }

    @Test(
        arguments: [
            ("None", .none), ("True", true), (" False # comment", false), ("# a\n#b\n 5 \n", 5), ("# a\r5", 5),
            ("-7", -7), ("+7", 7),
            ("- 7", -7), ("1_000", 1000), ("000", 0), ("1.", 1.0), (".5", 0.5), ("1_0.2_5e1_0", 10.25e10),
            ("5E-1", 0.5),
            ("012.5", 12.5), ("1e30000", .float(.infinity)), ("-1e30000", .float(-.infinity)), ("(5)", 5), ("((5))", 5),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("2j", .complex(real: 0, imaginary: 2)), ("(1.5-2J)", .complex(real: 1.5, imaginary: -2)),
            ("-1 + 2e1j", .complex(real: -1, imaginary: 20)),
        ] as [(String, PythonValue)]
    )
    func isReadAsPythonReadsNumbers(text: String, value: PythonValue) throws { #expect(try read(text) == value) }

    @Test(
        arguments: [
            (#"'a"' "b'" u'c' U"d""#, "a\"b'cd"), (#"'\\\'\"\n\r\t\a\b\f\v'"#, "\\'\"\n\r\t\u{7}\u{8}\u{C}\u{B}"),
            (#"'\x41\u20ac\U0001F600\101\0\400'"#, "A€😀A\0\u{100}"), ("'a\\\nb\\\r\nc'", "abc"), (#"'\q\é'"#, "\\q\\é"),
            (#"b'a\xff\101\u' B"\777""#, .bytes([0x61, 0xFF, 0x41, 0x5C, 0x75, 0xFF])), ("''", ""), ("'' ''", ""),
        ] as [(String, PythonValue)]
    )
    func isReadAsPythonReadsStrings(text: String, value: PythonValue) throws {
        #expect(try read(text) == value)
    }

    @Test(
        arguments: [
            ("()", .tuple([])), ("( 1 , )", .tuple([1])), ("(1,2)", .tuple([1, 2])), ("[\n1,\n[2,],]", [1, [2]]),
            ("{}", .dict([:])), ("{'a':1,'b':{}}", .dict(["a": 1, "b": .dict([:])])), ("{'a' : 1, }", .dict(["a": 1])),
            ("{1,2,1,}", .set([1, 2])), ("set()", .set([])), ("set ( )", .set([])), ("{'a':1,'a':2}", .dict(["a": 2])),
            ("{(1,'a'):None}", .dict(PythonDictionary([(.tuple([1, "a"]), .none)]))),
        ] as [(String, PythonValue)]
    )
    func isReadAsPythonReadsCollections(text: String, value: PythonValue) throws { #expect(try read(text) == value) }

    @Test(arguments: [
        "", "# only a comment", "5 5", "--5", "-True", "1+2", "1+-2j", "1j+2j", "(1)+2j", "5L", "0x10", "012", "1__0",
        "1_",
        "_1", "1e", "1e_1", ".", "-", "j", "'a", "'a\nb'", "'''a'''", "'a' b'b'", "b'é'", #"'\x4'"#, #"'\xg0'"#,
        #"'\u12'"#,
        #"'\ud800'"#, #"'\U00110000'"#, #"'\N{DASH}'"#, "r'a'", "f'a'", "(", "(1", "[1", "{1", "{1:", "{1:2", "[1}",
        "(,)",
        "[,]", "{,}", "[1,,2]", "[1 2]", "{1:2,3}", "{1,2:3}", "{[]}", "{[]:1}", "{{}:1}", "{({},)}", "set", "set(1)",
        "none", "inf", "nan", "os.system('x')", "a", "...", "lambda:0", "[x for x in ()]", "1 if 1 else 2", "'\0'",
    ])
    func isRefused(text: String) { #expect(throws: SerializerError.self) { try read(text) } }

    @Test func saysWhereItIsWrong() {
        expectProblem("unexpected b with 2 bytes left") { _ = try read("[a,b]".replacing("a,", with: "1 ")) }
        expectProblem("the payload ends too early") { _ = try read("[1,") }
        expectProblem("unhashable type: 'list'") { _ = try read("{[]}") }
        let zeros = "the serpent data contains 0-bytes so it cannot be parsed. Has it been corrupted?"
        expectProblem(zeros) { _ = try read("'\0'") }
    }

    @Test(arguments: [
        ("it's", #""it's""#), ("say \"it's\"", #"'say "it\'s"'"#), ("\\\n\r\t", #"'\\\n\r\t'"#),
        ("\u{1}\u{7F}\u{A0}\u{AD}\u{2028}\u{200B}", #"'\x01\x7f\xa0\xad\u2028\u200b'"#), ("é€😀", "'é€😀'"),
        ("\u{E0001}\u{FFFF}", #"'\U000e0001\uffff'"#),
    ])
    func isWrittenAsPythonWritesStrings(text: String, literal: String) { #expect(text.pythonLiteral == literal) }

    @Test func ofComplexNumbersThatAreNone() throws {
        let bytes = try SerializerID.serpent.encode(.complex(real: .nan, imaginary: 1))
        let nan = "{'__class__':'float','value':'nan'}"
        let text = "# serpent utf-8 python3.2\n{'__class__':'complex','real':\(nan),'imag':1.0}"
        #expect(bytes == Array(text.utf8))
    }
}

@Suite("The text of JSON")
struct JSONTextTests {
    private func read(_ text: String) throws -> PythonValue { try JSONFormat.read(Array(text.utf8)[...]) }

    @Test(
        arguments: [
            (" null\n", .none), ("true", true), ("false", false), ("-0", 0), ("-0.0", -0.0), ("12", 12), ("1e2", 100.0),
            ("1.5E+2", 150.0), ("1E-1", 0.1), ("1e999", .float(.infinity)), ("Infinity", .float(.infinity)),
            ("-Infinity", .float(-.infinity)), ("[ ]", []), ("{ }", .dict([:])), ("[1 , [2]]", [1, [2]]),
            (#"{"a" : 1 , "a":2}"#, .dict(["a": 2])), (#""\"\\\/\b\f\n\r\tA\u20ac""#, "\"\\/\u{8}\u{C}\n\r\tA€"),
            (#""\ud83d\ude00é""#, "😀é"), ("\"\u{7F}\"", "\u{7F}"),
        ] as [(String, PythonValue)]
    )
    func isReadAsPythonReadsIt(text: String, value: PythonValue) throws { #expect(try read(text) == value) }

    @Test(arguments: [
        "", " ", "nul", "True", "01", "-", "+1", ".5", "1.", "1e", "1e+", "--1", "1 2", "[1", "[1,", "[1,]", "[,]", "{",
        #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{1:2}", "{a:1}", "\"a", "\"\n\"", #""\x41""#, #""\u12""#, #""\ud83d""#,
        #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, "'a'", "[1}", "NaN2", "-NaN", "\u{FEFF}1", "[]]", "//", "0x1",
    ])
    func isRefused(text: String) { #expect(throws: SerializerError.self) { try read(text) } }

    @Test func escapesNoMoreThanItMust() throws {
        let text = try SerializerID.json.encode("\"\\/\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}é")
        #expect(String(decoding: text, as: UTF8.self) == #""\"\\/\b\f\n\r\t\u0001\u001f"# + "\u{7F}é\"")
    }
}
