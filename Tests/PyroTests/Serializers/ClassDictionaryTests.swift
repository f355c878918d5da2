import Pickle
import Testing

@testable import Pyro

@Suite("Objects that travel as dictionaries")
struct ClassDictionaryTests {
    private func read(_ json: String, unknownClasses: UnknownClasses = .refused) throws -> PythonValue {
        try SerializerID.json.serializer.decode(Array(json.utf8)[...], unknownClasses: unknownClasses)
    }

    @Test(arguments: SerializerID.plain)
    func exceptionsOfMicroscopeAreSentAsRuntimeErrors(id: SerializerID) throws {
        let error = PythonException(
            PythonClass("microscope", "DisabledDeviceError"),
            ["Camera not enabled."],
            attributes: ["_pyroTraceback": .none]
        )
        var expected = PythonException("RuntimeError", "DisabledDeviceError: Camera not enabled.")
        expected.attributes = ["_pyroTraceback": .none]
        #expect(try id.passed(.exception(error)) == .exception(expected))
        #expect(try id.passed([.failedCall(error)]) == [.failedCall(expected)])
    }

    @Test(arguments: SerializerID.plain)
    func namesToLookForAreACollection(id: SerializerID) throws {
        let uri = PyroURI(scheme: "PYROMETA", object: "a,b", location: .tcp(host: "h", port: 1))
        #expect(try id.passed(.uri(uri)) == .uri(uri))
        #expect(
            try read(#"{"__class__": "Pyro4.core.URI", "state": ["PYROMETA", ["b", "a"], null, "h", 1]}"#) == .uri(uri)
        )
        #expect(try id.encode(.uri(uri)) != id.encode(.uri(PyroURI(object: "a,b", location: uri.location))))
    }

    @Test func exceptionsAreReadByAllTheirNames() throws {
        let names = [
            ("ValueError", "builtins.ValueError"), ("exceptions.ValueError", "builtins.ValueError"),
            ("builtins.KeyError", "builtins.KeyError"), ("TimeoutError", "Pyro4.errors.TimeoutError"),
            ("Pyro4.errors.NamingError", "Pyro4.errors.NamingError"),
            ("sqlite3.IntegrityError", "sqlite3.IntegrityError"),
        ]
        for (name, type) in names {
            let value = try read(#"{"__class__": "\#(name)", "__exception__": true, "args": ["a", 1]}"#)
            guard case .exception(let error) = value else { return #expect(Bool(false)) }
            #expect(error.type.description == type)
            #expect(error.arguments == ["a", 1])
        }
    }

    @Test(arguments: [
        "microscope.DeviceError", "builtins.open", "builtins.str", "os.system", "a.b.ValueError", "Pyro4.errors.X", "",
        "Pyro4.core.Daemon", "Pyro4.util.PickleSerializer", "sqlite3.connect", "collections.OrderedDict",
    ])
    func otherClassesAreRefused(name: String) {
        expectProblem("unsupported serialized class: \(name)", .unsupportedClass) {
            _ = try read(#"[1, {"__class__": "\#(name)", "__exception__": true, "args": []}]"#)
        }
        expectProblem("unsupported serialized class: \(name)", .unsupportedClass) {
            _ = try read(#"{"a": {"__class__": "\#(name)"}}"#)
        }
    }

    @Test func classesOnTheInsideArePutOff() {
        let problem = "refused to deserialize types with double underscores in their name: __builtin__.eval"
        expectProblem(problem, .forbiddenClass) { _ = try read(#"{"__class__": "__builtin__.eval"}"#) }
    }

    @Test func unknownExceptionsCanBeLetThrough() throws {
        let text =
            #"{"__class__": "serial.SerialException", "__exception__": true, "args": ["gone"], "attributes": {}}"#
        let type = PythonClass("serial", "SerialException")
        let expected = OpaqueObject(type, arguments: ["gone"], state: [.dict([:])])
        #expect(try read(text, unknownClasses: .opaque) == .opaque(expected))
        expectProblem("unsupported serialized class: a.B", .unsupportedClass) {
            _ = try read(#"{"__class__": "a.B"}"#, unknownClasses: .opaque)
        }
    }

    @Test func whatAnExceptionHoldsStaysAsItIs() throws {
        let value = try read(#"{"__class__": "KeyError", "__exception__": true, "args": [{"__class__": "a.B"}]}"#)
        #expect(
            value == .exception(PythonException(PythonClass("builtins", "KeyError"), [.dict(["__class__": "a.B"])]))
        )
    }

    @Test func proxiesMayLackTheirLastParts() throws {
        let state = #"["PYRO:x@h:1", ["a"], [], ["b"], 0.0, null, {"k": 1}]"#
        let proxy = PyroProxy(
            PyroURI(object: "x", location: .tcp(host: "h", port: 1)),
            oneway: ["a"],
            attributes: ["b"],
            handshake: .dict(["k": 1])
        )
        #expect(try read(#"{"__class__": "Pyro4.core.Proxy", "state": \#(state)}"#) == .proxy(proxy))
    }

    @Test(arguments: [
        (#"{"__class__": 5}"#, "the name of a class must be a str"),
        (#"{"__class__": "float", "value": 1}"#, "could not convert to float"),
        (#"{"__class__": "KeyError", "__exception__": true}"#, "the args of an object must be a tuple or a list"),
        (#"{"__class__": "Pyro4.core.URI"}"#, "the state of an object must be a tuple or a list"),
        (#"{"__class__": "Pyro4.core.URI", "state": ["PYRO"]}"#, "invalid uri"),
        (#"{"__class__": "Pyro4.core.URI", "state": ["PYRO", "x", null, "h", "1"]}"#, "invalid uri (location)"),
        (#"{"__class__": "Pyro4.core.Proxy", "state": []}"#, "invalid proxy"),
        (#"{"__class__": "Pyro4.core.Proxy", "state": ["x", [], [], [], 0, null, null]}"#, "invalid proxy"),
        (
            #"{"__class__": "Pyro4.core.Proxy", "state": ["PYRO:x@h:1", [], [], [], 0, "a2V5", null]}"#,
            "hmac encoding error"
        ),
        (
            #"{"__class__": "Pyro4.core.Proxy", "state": ["PYRO:x@h:1", [], [5], [], 0, null, null]}"#,
            "the names in a URI or proxy must be str"
        ),
        (
            #"{"__class__": "Pyro4.futures._ExceptionWrapper", "exception": 5}"#,
            "the exception of a failed call is missing"
        ),
    ])
    func incompleteObjectsAreRefused(text: String, problem: String) {
        expectProblem(problem) { _ = try read(text) }
    }

    @Test func errorsHaveTheClassesThatPythonGivesThem() {
        let kinds: [(SerializerError.Kind, String)] = [
            (.malformed, "builtins.ValueError"), (.unwritable, "builtins.TypeError"),
            (.unsupportedClass, "Pyro4.errors.SerializeError"), (.forbiddenClass, "Pyro4.errors.SecurityError"),
        ]
        for (kind, name) in kinds {
            let error = SerializerError(kind, "text").exception
            #expect(error.type.description == name)
            #expect(error.arguments == ["text"])
        }
    }
}
