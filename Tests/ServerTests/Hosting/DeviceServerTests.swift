import Devices
import Logging
import Pickle
import Platform
import Pyro
import Simulators
import Testing

@testable import Server

@Suite struct DeviceServerTests {
    private func server() throws -> DeviceServer {
        let log = Logger.silent
        let server = try DeviceServer(at: .tcp(host: "127.0.0.1", port: 0), log: log)
        server.start()
        return server
    }

    private func client(_ server: DeviceServer, _ id: String) -> PyroClient { PyroClient(server.uri(of: id)) }

    @Test func aPositionCanBeReadDuringAMove() throws {
        let (server, hold) = (try server(), Lock(true))
        defer { server.stop() }
        try server.open(as: "Stage") { HeldStage(hold) }
        let mover = client(server, "Stage")
        let move = try BlockingThread.start("move") { _ = try? mover.call("move_to", [.dict(["x @": 5.0])]) }
        let reader = client(server, "Stage")
        #expect(try reader.get("position") == .dict(["x @": -1.0]))
        #expect(!move.join(within: .zero))
        hold.update { $0 = false }
        #expect(move.join(within: .seconds(20)))
        #expect(try reader.get("position") == .dict(["x @": 5.0]))
    }

    @Test(arguments: ["set_setting", "update_settings"]) func whatSwitchesLightOnIsNotSetAgain(method: String) throws {
        let kept = Lock(RestoreLog())
        let log = Logger.silent
        let server = try DeviceServer(
            at: .tcp(host: "127.0.0.1", port: 0),
            options: ServerOptions(),
            delivery: DeliveryOptions(),
            log: log
        ) { memory in kept.update { $0 = memory } }
        server.start()
        defer { server.stop() }
        try server.open(as: "Lamp") { CalibrationLamp() }
        let lamp = client(server, "Lamp")
        for (name, value) in [("lamp", true), ("gain", 3)] as [(PythonValue, PythonValue)] {
            let arguments = method == "set_setting" ? [name, value] : [.dict(PythonDictionary([(name, value)]))]
            _ = try lamp.call(method, arguments)
        }
        #expect(try lamp.call("get_setting", ["lamp"]) == true)
        #expect(kept.withLock { $0 }.calls.map(\.call.arguments) == [["gain", 3]])
    }

    @Test func partsHaveIDsThatFitAURI() throws {
        let server = try server()
        defer { server.stop() }
        try server.open(as: "Stage") { HeldStage(Lock(false)) }
        guard case .dict(let axes) = try client(server, "Stage").get("axes"), case .proxy(let proxy)? = axes["x @"]
        else {
            Issue.record("no proxy")
            return
        }
        #expect(proxy.uri.object == "Stage.axes.x%20%40")
        #expect(proxy.attributes == ["limits", "position"])
        #expect(PyroURI(proxy.uri.text) == proxy.uri)
        let axis = PyroClient(proxy.uri)
        #expect(try axis.call("move_to", [99.0]) == .none)
        #expect(try axis.get("position") == 10.0)
    }

    @Test func aCallThatComesDuringShutdownSwitchesNoLightOn() throws {
        let host = DeviceHost(log: .silent) {
            var devices = OpenDevices(makeStream: { _, _, _ in preconditionFailure("a lamp sends no data") }) { _ in }
            devices.add(SimulatedLightSource(), as: "Lamp")
            return devices
        }
        #expect(try host.call(0, "enable", CallArguments()) == .none)
        #expect(try host.call(0, "get_is_on", CallArguments()) == .bool(true))
        host.shutDown { Issue.record("\($0)") }
        #expect(throws: DeviceError.self) { try host.call(0, "enable", CallArguments()) }
        #expect(throws: DeviceError.self) { try host.set(0, "power", to: 1.0) }
    }

    @Test func aMoveThatHasNotEndedEndsWithTheDevice() throws {
        let host = DeviceHost(log: .silent) {
            var devices = OpenDevices(makeStream: { _, _, _ in preconditionFailure("a stage sends no data") }) { _ in }
            devices.add(HeldStage(Lock(true)), as: "Stage")
            return devices
        }
        let move = try BlockingThread.start("move") {
            #expect(throws: DeviceError.self) {
                try host.call(0, "move_to", CallArguments([.dict(["x @": 5.0])]))
            }
        }
        host.shutDown { Issue.record("\($0)") }
        #expect(move.join(within: .seconds(20)))
    }

    @Test func aClientWithAnEndlessURIIsRefused() throws {
        let server = try server()
        defer { server.stop() }
        try server.open(as: "Camera") { SimulatedCamera(.init()) }
        let camera = client(server, "Camera")
        let endless = PythonValue.str("PYRO:" + String(repeating: "a", count: 2000) + "@127.0.0.1:5")
        #expect(throws: PythonException.self) { try camera.call("set_client", [endless]) }
        #expect(try camera.call("get_is_enabled") == .bool(false))
    }

    @Test func aCameraIsNotItsOwnClient() throws {
        let server = try server()
        defer { server.stop() }
        try server.open(as: "Camera") { SimulatedCamera(.init()) }
        let camera = client(server, "Camera")
        let uri = server.uri(of: "Camera")
        for name in ["127.0.0.1", "localhost", "scope-pc"] {
            guard case .tcp(_, let port)? = uri.location else { return }
            let own = PyroURI(object: "Camera", location: .tcp(host: name, port: port))
            #expect(throws: PythonException.self) { try camera.call("set_client", [.uri(own)]) }
        }
    }

    @Test func dataOfAClientWakeCallersAndReachNoOtherClient() throws {
        let server = try server()
        defer { server.stop() }
        try server.open(as: "Camera") { SimulatedCamera(.init(hasRealisticTiming: false)) }
        let (listeners, listener) = (try ListenerServer(), ListeningClient())
        let camera = client(server, "Camera")
        _ = try camera.call("set_client", [.uri(listeners.add(listener, "listener"))])
        _ = try camera.call("receiveData", ["no image", 1.0])
        _ = try camera.call("enable")
        _ = try camera.call("trigger")
        guard case .array? = listener.data(1)?.first else {
            Issue.record("the data of a client were passed on")
            return
        }
    }

    @Test func aDeviceThatIsClosedIsUnknown() throws {
        let server = try server()
        defer { server.stop() }
        try server.open(as: "Stage") { HeldStage(Lock(false)) }
        server.close("Stage")
        #expect(throws: ClientError.rejected("unknown object")) { try client(server, "Stage").get("position") }
    }

    @Test func anUnknownSettingIsToldWithItsPlace() throws {
        let server = try server()
        defer { server.stop() }
        let preparation = Preparation(settings: [.init(name: "gain", value: 1, place: "scope.yaml:3:9")])
        let error = #expect(throws: PreparationError.self) {
            try server.open(as: "Stage", preparation) { HeldStage(Lock(false)) }
        }
        #expect(error?.description == "scope.yaml:3:9: there is no setting 'gain', none is known here")
    }
}
