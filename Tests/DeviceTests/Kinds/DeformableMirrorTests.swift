import Devices
import Pickle
import Testing

struct DeformableMirrorTests {
    private let mirror = ScriptedMirror()

    private func array(_ elements: [Double], _ shape: [Int]) throws -> PythonValue {
        .array(try #require(NDArray(elements, shape: shape)))
    }

    @Test func patternIsAppliedAsItIs() throws {
        try mirror.interface.call("apply_pattern", try array([-1000, 0.5, 3], [3]))
        try mirror.interface.call("apply_pattern", try array([1, 2, 3], [1, 3]))
        #expect(mirror.applied == [[-1000, 0.5, 3], [1, 2, 3]])
    }

    @Test func triggersApplyTheQueueInOrder() throws {
        let interface = mirror.interface
        try interface.call("queue_patterns", try array([1, 2, 3, 4, 5, 6], [2, 3]))
        #expect(mirror.applied.isEmpty)
        try interface.call("trigger")
        try interface.call("next_pattern")
        #expect(mirror.applied == [[1, 2, 3], [4, 5, 6]])
        #expect(throws: RemoteError.self) { try interface.call("trigger") }
    }

    @Test func queueInFortranOrderIsTheSameQueue() throws {
        let elements = try #require(NDArray([1, 4, 2, 5, 3, 6], shape: [6])).data
        let columns = try #require(NDArray(.float64, shape: [2, 3], data: elements, isFortranOrder: true))
        try mirror.interface.call("queue_patterns", .array(columns))
        try mirror.trigger()
        try mirror.trigger()
        #expect(mirror.applied == [[1, 2, 3], [4, 5, 6]])
    }

    @Test func newQueueReplacesTheOldOne() throws {
        try mirror.interface.call("queue_patterns", try array([1, 2, 3, 4, 5, 6], [2, 3]))
        try mirror.trigger()
        try mirror.interface.call("queue_patterns", try array([7, 8, 9], [3]))
        try mirror.trigger()
        #expect(mirror.applied == [[1, 2, 3], [7, 8, 9]])
    }

    @Test func triggerWithoutAQueueIsADeviceError() {
        #expect { try mirror.trigger() } throws: { error in
            (error as? DeviceError)?.message == "no pattern queued to apply"
        }
    }

    @Test(arguments: ["apply_pattern", "queue_patterns"])
    func patternsThatNoMirrorTakesAreErrors(method: String) throws {
        let interface = mirror.interface
        #expect(throws: RemoteError.value("PATTERNS has 3 dimensions (must be 1 or 2)")) {
            try interface.call(method, try array([1, 2, 3], [1, 1, 3]))
        }
        #expect(throws: RemoteError.value("PATTERNS has 0 dimensions (must be 1 or 2)")) {
            try interface.call(method, try array([1], []))
        }
        let message = "PATTERNS length of second dimension '4' differs from number of actuators '3'"
        #expect(throws: RemoteError.value(message)) { try interface.call(method, try array([1, 2, 3, 4], [4])) }
        #expect(throws: RemoteError.self) { try interface.call(method, .list([1.0, 2.0, 3.0])) }
        for odd in [Double.nan, .infinity] {
            #expect(throws: RemoteError.value("PATTERNS has a value that is not a finite number")) {
                try interface.call(method, try array([0.5, odd, 0.5], [3]))
            }
        }
        let type = try #require(DType(kind: .complex, size: 16))
        let complex = NDArray(type, shape: [3], data: Bytes([UInt8](repeating: 0, count: 48)))
        #expect(throws: RemoteError.type("PATTERNS must be real numbers, not complex")) {
            try interface.call(method, .array(try #require(complex)))
        }
    }

    @Test func severalPatternsAreNotAppliedAtOnce() {
        #expect(throws: RemoteError.self) {
            try mirror.interface.call("apply_pattern", try array([1, 2, 3, 4, 5, 6], [2, 3]))
        }
    }

    @Test(arguments: ["trigger", "next_pattern"]) func hardwareTriggerRefusesTheSoftwares(method: String) throws {
        mirror.triggerType = .risingEdge
        try mirror.interface.call("queue_patterns", try array([1, 2, 3], [3]))
        #expect { try mirror.interface.call(method) } throws: { error in
            (error as? DeviceError)?.kind == .incompatibleState
        }
        #expect { try mirror.interface.call("apply_pattern", try array([1, 2, 3], [3])) } throws: { error in
            (error as? DeviceError)?.message == "apply_pattern requires software trigger type"
        }
        #expect(mirror.applied.isEmpty)
    }
}
