import Devices
import Logging
import Pickle
import Platform
import Pyro
import Simulators
import Testing

@testable import Server

/// Devices that other devices use, in the same process and in another one.
struct PartTests {
    enum Way: CaseIterable {
        case sameProcess, otherProcess
    }

    private func server() throws -> DeviceServer {
        let log = Logger.silent
        let server = try DeviceServer(at: .tcp(host: "127.0.0.1", port: 0), log: log)
        server.start()
        return server
    }

    /// Reaches a device as one of the same server would, or one of another server.
    private func link(to id: String, of server: DeviceServer, _ way: Way, from other: DeviceServer) throws
        -> any DeviceLink
    {
        switch way {
        case .sameProcess: try #require(server.link(to: id))
        case .otherProcess:
            RemoteDeviceLink(server.uri(of: id), options: ClientOptions(), server: other, owner: "Composite")
        }
    }

    @Test(arguments: Way.allCases) func imagesOfACameraArrive(way: Way) throws {
        let (server, other) = (try server(), try server())
        defer {
            server.stop()
            other.stop()
        }
        try server.open(as: "Camera") {
            SimulatedCamera(.init(sensorShape: SensorShape(width: 60, height: 40), hasRealisticTiming: false))
        }
        let camera = try PartCamera(try link(to: "Camera", of: server, way, from: other))
        #expect(try camera.sensorShape == SensorShape(width: 60, height: 40))
        try camera.setTrigger(.software, .once)
        try camera.setExposureTime(0.01)
        #expect(try camera.exposureTime == 0.01)
        #expect(try camera.setSensorROI(ROI(left: 4, top: 6, width: 32, height: 20)))
        for _ in 0..<2 {
            try camera.enable()
            for _ in 0..<3 {
                try camera.trigger()
                guard case .frame(let frame)? = try camera.dataSource.next(within: .seconds(20))?.content else {
                    Issue.record("no image")
                    return
                }
                #expect(frame.width == 32 && frame.height == 20)
            }
            try camera.disable()
            #expect(PyroClient(server.uri(of: "Camera")).isSending == false)
        }
        try camera.shutdown()
        // Shutting it down has left the other device open.
        try camera.enable()
    }

    @Test(arguments: Way.allCases) func lightIsSetAndSwitched(way: Way) throws {
        let (server, other) = (try server(), try server())
        defer {
            server.stop()
            other.stop()
        }
        try server.open(as: "Lamp") { SimulatedLightSource() }
        let lamp = try PartLightSource(try link(to: "Lamp", of: server, way, from: other))
        try lamp.setPower(0.25)
        #expect(try !lamp.isOn)
        try lamp.enable()
        #expect(try lamp.isOn)
        #expect(try lamp.power == 0.25)
        try lamp.disable()
        #expect(try !lamp.isOn)
    }

    @Test(arguments: Way.allCases) func whatTheDeviceThrowsIsThrown(way: Way) throws {
        let (server, other) = (try server(), try server())
        defer {
            server.stop()
            other.stop()
        }
        try server.open(as: "Wheel") { SimulatedFilterWheel(.init(positions: 3, travelTime: 0)) { .now } }
        let wheel = try PartFilterWheel(try link(to: "Wheel", of: server, way, from: other))
        try wheel.startMove(to: 2)
        #expect(try wheel.position == 2)
        #expect(throws: (any Error).self) { try wheel.startMove(to: 3) }
        // It is not a stage.
        #expect(throws: (any Error).self) {
            try PartStage(try link(to: "Wheel", of: server, way, from: other))
        }
    }

    @Test func deviceThatCannotBeReachedIsNamed() throws {
        let (server, other) = (try server(), try server())
        defer { other.stop() }
        let uri = server.uri(of: "Wheel")
        server.stop()
        let link = RemoteDeviceLink(uri, options: ClientOptions(), server: other, owner: "Composite")
        let error = #expect(throws: DeviceError.self) { try PartFilterWheel(link) }
        #expect(error?.message.hasPrefix("\(uri.text) cannot be reached: ") == true)
    }
}

extension PyroClient {
    fileprivate var isSending: Bool? { try? call("get_is_enabled") == true }
}
