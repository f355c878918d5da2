import Devices
import Pickle
import Testing

/// What every deformable mirror must do.
struct DeformableMirrorContract {
    private func patterns(_ mirror: any DeformableMirror, _ values: Double...) throws -> PythonValue {
        let elements = values.flatMap { Array(repeating: $0, count: mirror.actuatorCount) }
        return .array(try #require(NDArray(elements, shape: [values.count, mirror.actuatorCount])))
    }

    @Test(arguments: Makers.mirrors) func tellsHowManyActuatorsItHas(maker: Maker<any DeformableMirror>) throws {
        let mirror = try maker.open()
        #expect(mirror.actuatorCount > 0)
        #expect(try Client(mirror).get("n_actuators") == .int(mirror.actuatorCount))
    }

    @Test(arguments: Makers.mirrors) func takesPatternsAndStepsThroughAQueue(maker: Maker<any DeformableMirror>) throws
    {
        let mirror = try maker.open()
        let client = Client(mirror)
        try client.call("apply_pattern", try patterns(mirror, 0.5))
        try client.call("queue_patterns", try patterns(mirror, 0.25, 0.75))
        try client.call("trigger")
        try client.call("next_pattern")
        #expect(throws: RemoteError.self) { try client.call("next_pattern") }
    }

    @Test(arguments: Makers.mirrors) func refusesATriggerWithoutAQueue(maker: Maker<any DeformableMirror>) throws {
        let client = Client(try maker.open())
        #expect(throws: DeviceError.self) { try client.call("trigger") }
    }
}
