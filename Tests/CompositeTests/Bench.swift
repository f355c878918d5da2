import Contracts
import Devices
import Pickle
import Simulators

@testable import Composites

/// A link to a device as a server provides it to another device, without a server.
// Why unchecked: a test makes one call at a time.
final class LocalLink: DeviceLink, @unchecked Sendable {
    let name: String
    private let client: Client

    init(_ name: String, _ device: any Device) { (self.name, client) = (name, Client(device)) }

    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue {
        switch try client.interface.call(method, CallArguments(arguments)) {
        case .value(let value): return value
        case .pending(let completion):
            while true {
                if let value = try completion.poll() { return value }
            }
        }
    }

    func get(_ attribute: String) throws -> PythonValue { try client.get(attribute) }
    func set(_ attribute: String, to value: PythonValue) throws { try client.set(attribute, to: value) }
    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws { throw RemoteError.notImplemented("no data") }
    func stopReceiving() throws {}
}

/// A Clarity whose state tests can see, in place of one on USB.
final class BenchClarity: FilterWheel {
    var isEnabled = false
    var typeName: String { "Clarity" }
    var positionCount: Int { 4 }
    var position = 0
    var isMoving: Bool { false }
    var disk = 1
    var isLampOn = false
    /// The number of times that the lamp was switched on.
    var flashes = 0

    func startMove(to position: Int) { self.position = position }

    var remoteMembers: [any RemoteMember] { clarityMembers }

    @RemoteInterfaceBuilder private var clarityMembers: [any RemoteMember] {
        filterWheelMembers
        RemoteMethod("get_slide_position") { self.disk }
        RemoteMethod("set_calibration", "state") { (isOn: Bool) in
            if isOn { self.flashes += 1 }
            self.isLampOn = isOn
        }
        RemoteMethod("get_status") { PythonValue.dict(["calibration": .bool(self.isLampOn)]) }
    }
}

/// A Clarity, a camera that sees its halves, and the camera that makes sections.
struct Bench {
    let clarity = BenchClarity()
    let raw: SimulatedClarityCamera
    let camera: ClarityCamera
    var client: Client { Client(camera) }

    static let sensor = SensorShape(width: 512, height: 256)

    init(_ sensor: SensorShape = sensor, calibration path: String? = nil, mirror: HalfLayout.Mirror = .horizontal)
        throws
    {
        let part = try PartFilterWheel(LocalLink("Clarity", clarity))
        raw = SimulatedClarityCamera(part, .init(sensorShape: sensor, hasRealisticTiming: false))
        camera = try ClarityCamera(raw, part, HalfLayout(mirror: mirror), calibration: path)
    }

    func image() throws -> Frame {
        try client.call("trigger")
        while true {
            guard let datum = try camera.dataSource.next(within: .seconds(30)) else { continue }
            guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "no image") }
            return frame
        }
    }

    func set(_ mode: ClarityMode) throws { try client.change("mode", to: .int(mode.rawValue)) }
}

extension Frame {
    subscript(x: Int, y: Int) -> Double { array.element(at: y * width + x) ?? .nan }
}
