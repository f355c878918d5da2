import Logging
import Pickle
import Testing

@testable import Pyro

@Suite struct AccessRulesTests {
    private func networks(_ texts: String...) throws -> [ClientNetwork] { try texts.map { try ClientNetwork($0) } }

    private func access(_ rules: AccessRules, _ client: String, at server: String = "10.0.0.1") -> AccessRules.Access {
        rules.access(of: .tcp(host: client, port: 1), at: .tcp(host: server, port: 8000))
    }

    @Test(arguments: [
        ("192.168.1.7", "192.168.1.7"), ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("192.168.1.7/32", "192.168.1.7"), ("10.0.0.254/31", "10.0.0.254/31"), ("2001:db8::/32", "2001:db8::/32"),
        ("::1", "::1"), ("::/0", "::/0"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"),
    ])
    func networksAreRead(text: String, shown: String) throws {
        #expect(try "\(ClientNetwork(text))" == shown)
    }

    @Test(arguments: [
        ("lab-pc", "'lab-pc' is not an IP address or network (example: 192.168.1.0/24)"),
        ("", "'' is not an IP address or network (example: 192.168.1.0/24)"),
        ("10.0.0", "'10.0.0' is not an IP address or network (example: 192.168.1.0/24)"),
        ("10.0.0.0/33", "'10.0.0.0/33': the number after '/' must be 0 to 32"),
        ("10.0.0.0/", "'10.0.0.0/': the number after '/' must be 0 to 32"),
        ("10.0.0.0/-1", "'10.0.0.0/-1': the number after '/' must be 0 to 32"),
        ("2001:db8::/129", "'2001:db8::/129': the number after '/' must be 0 to 128"),
        (
            "10.1.2.3/8",
            "'10.1.2.3/8' is an address within a network: write '10.0.0.0/8' for the network or '10.1.2.3' for the address"
        ),
    ])
    func otherTextsAreRefusedWithTheReason(text: String, problem: String) {
        #expect(throws: ClientNetworkError(problem)) { try ClientNetwork(text) }
    }

    @Test func withoutRulesEveryClientHasFullAccess() {
        #expect(access(AccessRules(), "203.0.113.7") == .full)
        #expect(AccessRules().access(of: nil, at: nil) == .full)
    }

    @Test func onlyAllowedNetworksMayConnect() throws {
        var rules = AccessRules()
        rules.allowed = try networks("10.1.0.0/16", "2001:db8::/32")
        #expect(access(rules, "10.1.255.255") == .full)
        #expect(access(rules, "::ffff:10.1.0.9") == .full)
        #expect(access(rules, "2001:db8::5") == .full)
        #expect(access(rules, "10.2.0.0") == .none)
        #expect(access(rules, "2001:db9::5") == .none)
        #expect(access(rules, "fe80::10.1.0.9") == .none)
    }

    @Test func theServersOwnMachineIsAllowed() throws {
        var rules = AccessRules()
        rules.allowed = []
        #expect(access(rules, "127.0.0.1") == .full)
        #expect(access(rules, "::1") == .full)
        #expect(access(rules, "10.0.0.1", at: "10.0.0.1") == .full)
        #expect(access(rules, "10.0.0.2", at: "10.0.0.1") == .none)
        #expect(rules.access(of: nil, at: .unix(path: "/run/x")) == .full)
    }

    @Test func theMostSpecificNetworkDecides() throws {
        var rules = AccessRules()
        rules.readOnly = try networks("10.0.0.0/8", "0.0.0.0/0")
        #expect(access(rules, "10.3.0.1") == .readOnly)
        #expect(access(rules, "127.0.0.1") == .full)
        rules.allowed = try networks("10.3.0.0/24")
        #expect(access(rules, "10.3.0.1") == .full)
        #expect(access(rules, "10.3.1.1") == .readOnly)
        rules.readOnly += try networks("10.3.0.0/24", "127.0.0.1")
        #expect(access(rules, "10.3.0.1") == .readOnly)
        #expect(access(rules, "127.0.0.1") == .readOnly)
    }
}

@Suite struct AccessTests {
    private func server(_ change: (inout AccessRules) throws -> Void) throws -> TestServer {
        var options = ServerOptions()
        try change(&options.access)
        return try TestServer(options)
    }

    private static let readOnly = PythonException.pyro(
        "SecurityError",
        "'note' is refused: clients at 127.0.0.1 may only read"
    )

    /// The exception that a call raises, without its traceback.
    private func exception(_ call: () throws -> Void) throws -> PythonException? {
        do {
            try call()
            return nil
        } catch var exception as PythonException {
            exception.attributes = [:]
            return exception
        }
    }

    @Test func readOnlyClientsReadAndChangeNothing() throws {
        let server = try server { $0.readOnly = [try ClientNetwork("127.0.0.0/8")] }
        let client = server.client()
        #expect(try client.call("echo", [1]) == 1)
        #expect(try client.get("value") == 42)
        #expect(try exception { _ = try client.call("note", [1]) } == Self.readOnly)
        #expect(try exception { try client.set("value", to: 7) }?.type.name == "SecurityError")
        #expect(try client.get("value") == 42)
        try client.send("note", [1])
        try client.sendInOrder("note", [1])
        #expect(try client.call("echo", [2]) == 2)
        #expect(server.object.noteCount == 0)
    }

    @Test func aBatchWithARefusedCallIsRefusedAsAWhole() throws {
        let server = try server { $0.readOnly = [try ClientNetwork("127.0.0.0/8")] }
        let connection = try server.greeted()
        let calls = ["echo", "note"].map { PythonValue.tuple([.str($0), [1], .dict([:])]) }
        var request = Message(type: .invoke, flags: .batch, sequence: 1, serializer: SerializerID.pickle.rawValue)
        let call = WireCall(object: "Test", method: "<batch>", arguments: CallArguments(calls))
        try PickleSerializer().encodeCall(call, to: &request.payload)
        try connection.send(request)
        #expect(try connection.receive()?.header.flags.contains(.exception) == true)
        #expect(server.object.noteCount == 0)
    }

    @Test func restrictedMethodsAreForTheirNetworks() throws {
        let server = try server {
            $0.restricted = ["note": [try ClientNetwork("10.0.0.0/8")], "echo": [try ClientNetwork("127.0.0.1")]]
        }
        let client = server.client()
        #expect(try client.call("echo", [1]) == 1)
        #expect(
            try exception { _ = try client.call("note", [1]) }
                == .pyro("SecurityError", "'note' is refused: clients at 127.0.0.1 may not call this method")
        )
    }

    @Test func refusedCallsAreLoggedOnceWithTheClient() throws {
        let server = try server { $0.readOnly = [try ClientNetwork("127.0.0.0/8")] }
        let client = server.client()
        for _ in 0..<5 { #expect(throws: PythonException.self) { try client.call("note", [1]) } }
        let endpoint = try #require(try client.localEndpoint)
        #expect(
            server.log.messages == ["warning: refused note of Test for \(endpoint): clients at 127.0.0.1 may only read"]
        )
    }

    @Test func failedLoginsAreLoggedOnceAsWarnings() throws {
        var options = ServerOptions()
        options.wire.hmacKey = Array("secret".utf8)
        let server = try TestServer(options)
        var wrong = ClientOptions()
        for key in [nil, "guess", "guess", "guess"] {
            wrong.wire.hmacKey = key.map { Array($0.utf8) }
            #expect(throws: ClientError.self) { try server.client(wrong).call("echo", [1]) }
        }
        let messages = server.log.messages
        #expect(messages.count == 2)
        #expect(messages.allSatisfy { $0.hasPrefix("warning: client 127.0.0.1:") && $0.contains("hmac") })
    }

    @Test func namesFromTheWireAreShownInPart() throws {
        let server = try server { $0.readOnly = [try ClientNetwork("127.0.0.0/8")] }
        let name = String(repeating: "x\n", count: 1000)
        let error = try exception { _ = try server.client().call(name) }
        #expect(
            error?.text == "'\(String(repeating: "x\\n", count: 50))…' is refused: clients at 127.0.0.1 may only read"
        )
    }
}

@Suite struct RefusalLogTests {
    @Test func aRefusalIsRepeatedAfterItsIntervalWithTheNumberOfOthers() {
        let recorded = RecordedLog()
        let log = RefusalLog(.init(label: "test") { _ in recorded }, every: .zero)
        log.write("a", .info, "first")
        log.write("a", .info, "second")
        #expect(recorded.messages == ["info: first", "info: second"])
    }

    @Test func manyDifferentRefusalsCountAsOne() {
        let recorded = RecordedLog()
        let log = RefusalLog(.init(label: "test") { _ in recorded })
        for number in 0..<10_000 { log.write("\(number)", .info, "\(number)") }
        #expect(recorded.messages.count <= 257)
    }
}
