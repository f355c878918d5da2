import Devices
import Foundation
import Logging
import MicroscopeClient
import Pickle
import Platform
import Pyro
import Testing

/// The servers that the client is tried with: ours and python-microscope's, with the same devices.
enum ServerKind: String, CaseIterable, CustomTestStringConvertible {
    case swift, python
    var testDescription: String { rawValue }
}

/// A running server with one device of each kind, which can be restarted.
final class Bench {
    let kind: ServerKind
    let port: Int
    private let folder: URL
    private var program: Program?

    init(_ kind: ServerKind) async throws {
        self.kind = kind
        port = try Self.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func start() async throws {
        switch kind {
        case .swift:
            let file = folder.appending(path: "bench.yaml")
            try Self.configuration(port).write(to: file, atomically: true, encoding: .utf8)
            program = try Program.built("device-server", [file.path])
            _ = try await program?.word(after: "serving PYRO:Controller@")
        case .python:
            let configuration = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "bench.py").path
            program = try Program.python(
                "microscope.device_server",
                ["--logging-dir", folder.path, configuration],
                environment: ["BENCH_PORT": "\(port)"]
            )
            _ = try await program?.word(after: "Serving PYRO:Controller@")
        }
    }

    /// Ends the server at once, as a crash would, and returns when nobody listens at its port any more.
    func stop() {
        program?.end()
        program = nil
        while (try? Self.claim(port)) == nil { Pause.wait(for: .milliseconds(5)) }
    }

    func uri(_ name: String) -> String { "PYRO:\(name)@127.0.0.1:\(port)" }

    func connect<Device: RemoteDevice>(_ name: String, as type: Device.Type = Device.self) async throws -> Device {
        var options = ConnectionOptions()
        // Python needs its time to start, on a machine that is busy with other things.
        options.reconnectLimit = .seconds(60)
        return try await Device.connect(to: uri(name), options: options)
    }

    /// A port that nobody listens at; the kernel does not give it out again at once.
    static func freePort() throws -> Int { try claim(0) }

    /// Listens at a port for a moment; throws if somebody does so already.
    private static func claim(_ port: Int) throws -> Int {
        let server = try PyroServer(
            at: .tcp(host: "127.0.0.1", port: port),
            log: Logger(label: "port") { _ in SwiftLogNoOpLogHandler() },
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        defer { server.stop(within: .seconds(1)) }
        guard case .tcp(_, let port) = server.endpoint else { return 0 }
        return port
    }

    private static func configuration(_ port: Int) -> String {
        """
        devices:
          - port: \(port)
            devices:
              - { name: Camera, driver: simulated-camera, conf: { sensor_shape: [64, 48] } }
              - { name: Wheel, driver: simulated-filter-wheel, conf: { positions: 6 } }
              - { name: Laser, driver: simulated-light-source }
              - name: Stage
                driver: simulated-stage
                conf: { limits: { x: [0, 100], y: [-10, 10] } }
              - { name: Mirror, driver: simulated-deformable-mirror, conf: { n_actuators: 9 } }
              - { name: Lines, driver: simulated-digital-io, conf: { numLines: 4 } }
              - { name: Thermometer, driver: simulated-value-logger, conf: { numSensors: 2, pullData: false } }
              - name: Controller
                driver: simulated-controller
                conf:
                  devices:
                    laser: { driver: simulated-light-source }
                    wheel: { driver: simulated-filter-wheel, conf: { positions: 3 } }
        """
    }
}
