import Devices
import Glibc
import Platform
import Testing

@testable import HamamatsuDCAM

/// The SDK's answers to calls in each of its states, as other drivers rely on them.
struct BlackBoxTests {
    private typealias Call = (DCAMLibrary, UInt) throws(DCAMStatus) -> Void

    /// The code of a call; nil if it succeeds.
    private func code(_ call: () throws(DCAMStatus) -> Void) -> UInt32? {
        do throws(DCAMStatus) {
            try call()
            return nil
        } catch { return UInt32(bitPattern: error.code) }
    }

    @Test func libraryKnowsNothingBeforeItIsInitialised() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        #expect(code { () throws(DCAMStatus) in _ = try library.open(0) } == 0x8000_0f04)
        #expect(code { () throws(DCAMStatus) in _ = try library.string(.serial, 0) } == 0x8000_0f04)
        library.uninitialise()
    }

    @Test func camerasAreListedByIndexBeforeTheyAreOpen() throws {
        let world = try World("camera fusion 000424\ncamera imagem-x2 42")
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        #expect(try library.initialise() == 2)
        // A second session of the same process is an error.
        #expect(code { () throws(DCAMStatus) in _ = try library.initialise() } != nil)
        #expect(try library.string(.serial, 0) == "S/N: 000424")
        #expect(try library.string(.model, 1) == "C9100-23B")
        #expect(code { () throws(DCAMStatus) in _ = try library.open(2) } == 0x8000_0806)
        #expect(code { () throws(DCAMStatus) in _ = try library.value(.exposure, 0x1000) } == 0x8000_0807)
        library.uninitialise()
    }

    /// The simulated library, and Hamamatsu's if `DCAM_BLACK_BOX` names its file, on a computer without cameras.
    static let libraries = ["simulated"] + [Environment["DCAM_BLACK_BOX"]].compactMap(\.self)

    @Test(arguments: libraries) func noCameraIsAnError(file: String) throws {
        let world = try World("")
        defer { withExtendedLifetime(world) {} }
        let library = file == "simulated" ? try world.load() : try DCAMLibrary(file)
        #expect(code { () throws(DCAMStatus) in _ = try library.initialise() } == 0x8000_0206)
        library.uninitialise()
    }

    /// The codes of calls that a state does not allow: with no buffers, with buffers, while capturing.
    @Test func callsHaveTheirStates() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        _ = try library.initialise()
        let camera = try library.open(0)
        let wait = try library.openWait(camera)
        let calls: [(String, Call)] = [
            ("alloc", { (library, camera) throws(DCAMStatus) in try library.allocate(4, camera) }),
            ("binning", { (library, camera) throws(DCAMStatus) in try library.set(.binning, camera, to: 2) }),
            ("active", { (library, camera) throws(DCAMStatus) in try library.set(.triggerActive, camera, to: 1) }),
            ("exposure", { (library, camera) throws(DCAMStatus) in try library.set(.exposure, camera, to: 0.01) }),
            ("trigger", { (library, camera) throws(DCAMStatus) in try library.fireTrigger(camera) }),
            ("lock", { (library, camera) throws(DCAMStatus) in _ = try library.lock(0, camera) }),
            ("start", { (library, camera) throws(DCAMStatus) in try library.start(camera) }),
            ("release", { (library, camera) throws(DCAMStatus) in try library.release(camera) }),
        ]
        func codes(_ names: [String]) -> [UInt32?] {
            calls.filter { names.contains($0.0) }
                .map { call in code { () throws(DCAMStatus) in try call.1(library, camera) } }
        }
        try library.set(.triggerSource, camera, to: DCAMTriggerSource.software.rawValue)
        #expect(
            codes(["active", "exposure", "trigger", "lock", "start"]) == [
                nil, nil, 0x8000_0107, 0x8000_0103, 0x8000_0103,
            ]
        )
        #expect(code { () throws(DCAMStatus) in try library.allocate(0, camera) } == 0x8000_0808)
        try library.allocate(4, camera)
        #expect(
            codes(["alloc", "binning", "active", "exposure", "trigger", "lock"])
                == [0x8000_0104, 0x8000_0104, nil, nil, 0x8000_0107, 0x8000_0101]
        )
        try library.start(camera)
        #expect(
            codes(["alloc", "binning", "active", "exposure", "lock", "start", "release"])
                == [0x8000_0101, 0x8000_0101, 0x8000_0101, nil, 0x8000_0101, 0x8000_0101, 0x8000_0101]
        )
        #expect(code { () throws(DCAMStatus) in try library.wait(wait, milliseconds: 1) } == 0x8000_0106)
        try library.fireTrigger(camera)
        try library.wait(wait, milliseconds: 30_000)
        #expect(try library.frameCount(camera) == 1)
        #expect(try library.lock(0, camera).number == 0)
        #expect(code { () throws(DCAMStatus) in _ = try library.lock(4, camera) } == 0x8000_0833)
        // Stopping twice is fine.
        try library.stop(camera)
        try library.stop(camera)
        try library.release(camera)
        #expect(codes(["binning"]) == [nil])
        library.closeWait(wait)
        #expect(code { () throws(DCAMStatus) in try library.wait(wait, milliseconds: 1) } == 0x8400_2001)
        library.close(camera)
        #expect(code { () throws(DCAMStatus) in try library.start(camera) } == 0x8000_0807)
        library.uninitialise()
    }

    @Test func valuesAreRoundedOrRefused() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        _ = try library.initialise()
        let camera = try library.open(0)
        // Up to the next step.
        try library.set(.exposure, camera, to: 0.0100001)
        #expect(abs(try library.value(.exposure, camera) - 0.010001) < 1e-9)
        let refused: [(DCAMID, Double, UInt32)] = [
            (.width, 101, 0x8000_0808), (.triggerSource, 9, 0x8000_0821), (.imageWidth, 4, 0x8000_0823),
            (0x7000_0000, 1, 0x8000_0f03),
        ]
        for (id, value, expected) in refused {
            #expect(code { () throws(DCAMStatus) in try library.set(id, camera, to: value) } == expected)
        }
        // The sum of position and size is checked only while the mode is on.
        try library.set(.left, camera, to: 1024)
        #expect(code { () throws(DCAMStatus) in try library.set(.areaMode, camera, to: 2) } == 0x8000_082b)
        try library.set(.width, camera, to: 1024)
        try library.set(.areaMode, camera, to: 2)
        #expect(code { () throws(DCAMStatus) in try library.set(.width, camera, to: 2048) } == 0x8000_082b)
        library.close(camera)
        library.uninitialise()
    }
}
