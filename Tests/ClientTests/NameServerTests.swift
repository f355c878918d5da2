import MicroscopeClient
import Pickle
import Pyro
import Testing

/// The real `pyro4-ns`, which ends with the test.
struct RealNameServer {
    private let program: Program
    let place: PyroURI.Location

    init() throws {
        program = try Program.python("Pyro4.naming", ["-n", "127.0.0.1", "-p", "0", "-x"])
        let endpoint = try program.word(after: "NS running on ")
        let port = try #require(endpoint.split(separator: ":").last.flatMap { Int($0.prefix(while: \.isNumber)) })
        place = .tcp(host: "127.0.0.1", port: port)
    }
}

@Suite(.timeLimit(.minutes(1))) struct NameServerTests {
    @Test func namesCanBeRegisteredFoundAndRemoved() throws {
        let real = try RealNameServer()
        let names = NameServer(at: real.place)
        #expect(try names.find("Camera") == nil)
        let first = try #require(PyroURI("PYRO:Camera@127.0.0.1:8001"))
        try names.register("Camera", as: first)
        #expect(try names.find("Camera") == first)
        let second = try #require(PyroURI("PYRO:Other@./u:/run/other"))
        try names.register("Camera", as: second)
        #expect(try names.find("Camera") == second)
        #expect(try names.names.map(\.name).sorted() == ["Camera", "Pyro.NameServer"])
        try names.remove("Camera")
        #expect(try names.find("Camera") == nil)
    }

    @Test func devicesAreFoundByName() async throws {
        let (real, bench) = (try RealNameServer(), try Bench(.swift))
        var options = ConnectionOptions()
        options.nameServer = real.place
        let unknown = await #expect(throws: CallFailure.self) {
            try await RemoteFilterWheel.connect(to: "PYRONAME:wheel", options: options)
        }
        #expect("\(try #require(unknown))".hasSuffix("does not know 'wheel'"))
        try NameServer(at: real.place).register("wheel", as: try #require(PyroURI(bench.uri("Wheel"))))
        let wheel = try await RemoteFilterWheel.connect(to: "PYRONAME:wheel", options: options)
        try await wheel.move(to: 3)
        #expect(try await wheel.position == 3)
        // Where it has moved to, it is found again.
        let other = try Bench(.swift)
        try NameServer(at: real.place).register("wheel", as: try #require(PyroURI(other.uri("Wheel"))))
        bench.stop()
        try await wheel.move(to: 5)
        let moved: RemoteFilterWheel = try await other.connect("Wheel")
        #expect(try await moved.position == 5)
    }
}
