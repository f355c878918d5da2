import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// Events of simulated cameras, as programs that wait for them use them.
struct EventTests {
    private static let events = [
        "ExposureEndEvent", "ExposureStartEvent", "RowNExposureEndEvent", "RowNExposureStartEvent", "EventsMissedEvent",
        "BufferOverflowEvent",
    ]

    private let world: World
    private let library: AndorLibrary
    private let raw: RawLibrary

    init() throws {
        world = try World("camera zyla-4.2 VSC-1\ncamera neo-5.5 VSC-2\ncamera sona VSC-3\ncamera simcam SIMU-1")
        (library, raw) = (try world.load(), try RawLibrary(world.library))
    }

    @Test(arguments: events) func everyRealModelTakesCallbacksForEvents(event: String) throws {
        for index in 0..<3 {
            let camera = try library.open(index)
            #expect(raw.callsOfCallback(event, on: camera.number) {} == (0, 1))
            #expect(throws: AndorStatus(4)) { try library.int(AndorFeature(event), camera) }
            #expect(try !library.canWrite(AndorFeature(event), camera))
        }
        let simCam = try library.open(3)
        #expect(raw.callsOfCallback(event, on: simCam.number) {}.0 == 2)
    }

    /// Enables one of the events, and no other.
    private func enable(_ event: String, _ camera: AndorHandle) throws {
        for (index, other) in Self.events.enumerated() {
            try library.setChoice("EventSelector", camera, to: index)
            try library.setBool("EventEnable", camera, to: event == other)
        }
    }

    @Test(arguments: [("BufferOverflowEvent", 2), ("ExposureEndEvent", 1)])
    func overflowIsSignalledIfItsEventIsEnabled(enabled: String, calls: Int) throws {
        let camera = try library.open(0)
        try enable(enabled, camera)
        try library.perform("AcquisitionStart", camera)
        try world.order("overflow", of: "VSC-1")
        let found = raw.callsOfCallback("BufferOverflowEvent", on: camera.number) {
            #expect(throws: AndorStatus.hardwareOverflow) { try library.wait(camera, milliseconds: 1) }
        }
        #expect(found == (0, calls))
    }

    @Test func exposuresAreSignalled() throws {
        let camera = try library.open(0)
        try library.setChoice("TriggerMode", camera, to: 1)
        try library.setFloat("ExposureTime", camera, to: 0.001)
        for (event, calls) in [("ExposureStartEvent", 2), ("ExposureEndEvent", 2), ("EventsMissedEvent", 1)] {
            try enable(event, camera)
            let buffer = FrameBuffer(byteCount: try library.int("ImageSizeBytes", camera))
            try library.queue(buffer, camera)
            let found = try raw.callsOfCallback(event, on: camera.number) {
                try library.perform("AcquisitionStart", camera)
                try library.perform(.softwareTrigger, camera)
                _ = try library.wait(camera, milliseconds: 30_000)
                try library.perform("AcquisitionStop", camera)
            }
            #expect(found == (0, calls), "\(event)")
        }
    }
}
