import Devices
import Pickle
import Testing

struct RemoteMethodTests {
    private let rows = RemoteInterface(of: "Wheel") {
        RemoteMethod("reset") {}
        RemoteMethod("move", "position", Parameter("speed", default: 1.0)) { (position: Int, speed: Double) in
            "\(position) at \(speed)"
        }
        RemoteMethod("mix", "red", "green", "blue") { (red: Int, green: Int, blue: Int) in red + green + blue }
        RemoteMethod("mark", Parameter("name", or: "label")) { (name: String) in name }
        RemoteMethod("echo", any: { .tuple($0.positional) })
        RemoteMethod("later") { Completion(every: .milliseconds(1), result: { .str("done") }) }
        RemoteProperty("position", get: { 4 })
        RemoteProperty("power", get: { 0.5 }, set: { (_: Double) in })
    }

    @Test func withoutAResultReturnsNone() throws { #expect(try rows.call("reset") == .none) }

    @Test func takesArgumentsByPositionAndByName() throws {
        #expect(try rows.call("move", 3) == "3 at 1.0")
        #expect(try rows.call("move", 3, 2) == "3 at 2.0")
        #expect(try rows.call("move", by: ["speed": 2.5, "position": 3]) == "3 at 2.5")
        #expect(try rows.call("mark", by: ["name": "a"]) == "a")
        #expect(try rows.call("mark", by: ["label": "a"]) == "a")
        #expect(try rows.call("echo", 1, "a") == .tuple([1, "a"]))
    }

    @Test func thatTakesItsTimeIsPendingUntilItsResultIsThere() throws {
        guard case .pending(let completion) = try rows.call("later", CallArguments()) else {
            Issue.record("a value at once")
            return
        }
        #expect(try completion.poll() == "done")
    }

    @Test(
        arguments: [
            ("reset", [1], [:], "reset() takes 0 positional arguments but 1 was given"),
            ("move", [1, 2, 3], [:], "move() takes from 1 to 2 positional arguments but 3 were given"),
            ("mix", [1, 2, 3, 4], [:], "mix() takes 3 positional arguments but 4 were given"),
            ("mix", [1], [:], "mix() missing 2 required positional arguments: 'green' and 'blue'"),
            ("mix", [], ["green": 1], "mix() missing 2 required positional arguments: 'red' and 'blue'"),
            ("mix", [], [:], "mix() missing 3 required positional arguments: 'red', 'green', and 'blue'"),
            ("mark", ["a"], ["label": "b"], "mark() got multiple values for argument 'name'"),
            ("move", [], [:], "move() missing 1 required positional argument: 'position'"),
            ("move", [], ["when": 1], "move() got an unexpected keyword argument 'when'"),
            ("move", [1], ["position": 1], "move() got multiple values for argument 'position'"),
            ("move", ["x"], [:], "move() argument 'position': expected int, got str 'x'"),
            ("move", [1, .none], [:], "move() argument 'speed': expected float, got NoneType"),
            ("position", [], [:], "'int' object is not callable"),
        ] as [(String, [PythonValue], PythonDictionary, String)]
    )
    func wrongCallsAreTypeErrorsAsInPython(
        name: String,
        positional: [PythonValue],
        keywords: PythonDictionary,
        message: String
    ) {
        #expect(throws: RemoteError.type(message)) {
            try rows.call(name, CallArguments(positional, keywords: keywords))
        }
    }

    @Test func unknownNamesAreAttributeErrors() {
        #expect(throws: RemoteError.attribute("'Wheel' object has no attribute 'spin'")) { try rows.call("spin") }
        #expect(throws: RemoteError.attribute("type object 'Wheel' has no attribute 'spin'")) { try rows.get("spin") }
    }

    @Test func propertiesAreReadAndWritten() throws {
        #expect(try rows.get("position") == 4)
        #expect(throws: Never.self) { try rows.set("power", to: 1) }
        #expect(throws: RemoteError.type("power: expected float, got str 'full'")) { try rows.set("power", to: "full") }
    }

    @Test func whatCannotBeWrittenIsUnexposed() {
        let error = RemoteError.attribute("attempt to access unexposed or unknown remote attribute 'position'")
        #expect(throws: error) { try rows.set("position", to: 1) }
    }

    @Test func namesAreListedByKind() {
        #expect(rows.methodNames == ["echo", "later", "mark", "mix", "move", "reset"])
        #expect(rows.propertyNames == ["position", "power"])
        #expect(rows.has(method: "move") && !rows.has(method: "power"))
        #expect(rows.has(property: "power") && !rows.has(property: "move"))
    }

    @Test func aLaterRowReplacesAnEarlierOne() throws {
        let rows = RemoteInterface(of: "Wheel") {
            RemoteMethod("name") { "first" }
            RemoteMethod("name") { "second" }
        }
        #expect(try rows.call("name") == "second")
    }
}
